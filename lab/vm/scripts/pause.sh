#!/bin/sh
# The pause container: holds a pod's namespaces until it is stopped.
trap 'exit 0' TERM INT
while :; do
    /bin/busybox sleep 3600 &
    wait $!
done
