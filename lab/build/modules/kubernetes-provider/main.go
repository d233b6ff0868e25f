// Command pulumi-resource-kubernetes is upstream's provider, started with the schema that lies beside the binary:
// the published module lacks the generated file in which upstream's own main embeds it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is set by the linker to the release whose code this is.
var version string

func main() {
	executable, err := os.Executable()
	if err != nil {
		stop(err)
	}
	folder := filepath.Dir(executable)
	schema, err := os.ReadFile(filepath.Join(folder, "kubernetes-schema.json"))
	if err != nil {
		stop(err)
	}
	provider.Serve("kubernetes", version, schema, []byte("{}"))
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
