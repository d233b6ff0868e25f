"""`python -m lab.netns`: makes what the machines need, so that no test waits for it."""

from lab.netns.machine import MODULES, programs_disk
from lab.vm.initramfs import initramfs

if __name__ == "__main__":
    programs_disk()
    initramfs("runner.sh", MODULES)
