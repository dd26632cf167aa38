"""What the process does with memory it has freed."""

import ctypes
import os
import platform

# Parameters of mallopt, from glibc's malloc.h.
TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = -1, -4, -8
LARGEST_INT = 2**31 - 1


def keep_freed_memory() -> bool:
    """Lets the process keep the memory that it frees for what it allocates next.

    The tensors of a training step are tens of megabytes large. glibc hands such blocks back to the system as soon as
    they are free, and the next step gets them again page by page, each cleared: a fifth to a quarter of a step's time
    on a CPU. Afterwards the process keeps its peak of memory until it ends, which suits a command, not a library:
    nothing in rnnapps but `run_command_line` calls this.

    Call it before TensorFlow's first operation, which starts the threads. Settings of the user's own, such as
    `MALLOC_ARENA_MAX` or `LD_PRELOAD`, are left alone.

    Returns:
        whether it could be done: on Linux with glibc.
    """
    own = [name for name in os.environ if name.startswith("MALLOC_") or name in ("LD_PRELOAD", "GLIBC_TUNABLES")]
    if own or platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    # One arena that grows and is never trimmed: those of other threads end at 64 MB, and what is larger is mapped.
    settings = ((ARENA_MAX, 1), (MMAP_MAX, 0), (TRIM_THRESHOLD, LARGEST_INT))
    return all(mallopt(parameter, value) == 1 for parameter, value in settings)
