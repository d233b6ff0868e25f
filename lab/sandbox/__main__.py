"""`python -m lab.sandbox`: makes what the machines need, so that no test waits for it."""

from lab.house.initramfs import initramfs
from lab.house.kernel import FULL_META_PACKAGE, kernel
from lab.sandbox.machine import MODULES, programs_disk

if __name__ == "__main__":
    programs_disk()
    initramfs("sandbox.sh", MODULES)
    kernel(FULL_META_PACKAGE)
