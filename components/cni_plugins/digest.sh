# digest FILE prints the file's sha256; nothing when there is no such file.
set -eu
digest() {
    [ ! -f "$1" ] || sha256sum <"$1" | cut -d ' ' -f 1
}
