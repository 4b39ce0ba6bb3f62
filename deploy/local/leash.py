"""A leash: `python leash.py HOLDER signal|watch SIGNAL USER COMMAND…` runs COMMAND so that it ends with its holder.

HOLDER is the process id of the parent. When it dies, by kill -9 too, the command is sent SIGNAL: by the kernel
(`signal`, Linux), or by this process, which then stays and watches (`watch`, anywhere). USER, unless empty, is who the
command runs as; only root may choose. This file is a script of its own: it runs before anything of ours is imported.
"""

import ctypes
import os
import pwd
import signal
import sys
import time
from types import FrameType

PR_SET_PDEATHSIG = 1
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


def become(user: str) -> None:
    """Drop root's rights for those of `user`."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with_parent(parent_signal: int) -> None:
    """Ask the kernel for a signal when the parent dies; a change of user would clear it, so that comes before."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, parent_signal) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")


def watch(holder: int, parent_signal: int, command: list[str]) -> int:
    """Run the command as a child, hand it the signals that come, and signal it when the holder is gone."""
    child = os.posix_spawn(command[0], command, os.environ)

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    for number in FORWARDED:
        signal.signal(number, forward)
    orphaned = False
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if not orphaned and os.getppid() != holder:
            orphaned = True
            os.kill(child, parent_signal)
        time.sleep(0.1)


def main(holder: int, mode: str, parent_signal: int, user: str, command: list[str]) -> None:
    """Put the leash on and become (or watch) the command, which must hear signals even if its parent does not."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in FORWARDED:
        signal.signal(number, signal.SIG_DFL)
    if user:
        become(user)
    if mode == "watch":
        code = watch(holder, parent_signal, command)
        sys.exit(code if code >= 0 else 128 - code)
    die_with_parent(parent_signal)
    if os.getppid() == holder:
        os.execv(command[0], command)  # noqa: S606  # there is nothing for a shell to do


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5:])
