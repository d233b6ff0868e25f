# give_name FILE NAME: after a power cut NAME has what it had before, or all of FILE, and is not empty.
set -eu
give_name() {
    sync "$1"
    mv -f "$1" "$2"
}
