"""`python -m lab.netns`: makes what the machines need, so that no test waits for it."""

from lab.netns.machine import MODULES, programs_disk
from lab.vm.initramfs import initramfs
from lab.vm.kernel import FULL_META_PACKAGE, kernel

if __name__ == "__main__":
    programs_disk()
    initramfs("runner.sh", MODULES)
    kernel(FULL_META_PACKAGE)
