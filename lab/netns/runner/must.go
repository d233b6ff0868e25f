package main

// check ends the scenario where the lab itself fails; live reports it.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
