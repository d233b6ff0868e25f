"""`python -m multihome`: runs the command line."""

import gc
import signal

if __name__ == "__main__":
    # The process ends before its garbage matters; collecting it takes 20 ms of each start.
    gc.disable()
    # A pipe that closes early (`| head -1`) ends this program in silence, as it ends any other.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    from multihome.commands import app

    app()
