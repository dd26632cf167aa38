"""Memory that was freed stays with the process, and the user's own settings stay as they are."""

import os
import platform
import subprocess
import sys

import pytest

# Allocates and frees 40 MB four times; the pages of the last three times are new unless they were kept.
FAULTS = """
import resource, sys
from rnnapps.freed_memory import keep_freed_memory
print(keep_freed_memory() if "keep" in sys.argv else None)
import numpy as np
np.ones(5_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    np.ones(5_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
ON_GLIBC = platform.system() == "Linux" and platform.libc_ver()[0] == "glibc"


def run(*arguments, **settings):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_", "LD_"))}
    environment = clean | {"NUMPY_MADVISE_HUGEPAGE": "0"} | settings
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.split()


@pytest.mark.skipif(not ON_GLIBC, reason="only glibc has the setting")
def test_memory_that_was_freed_is_used_again():
    (_, given_back), (kept, reused) = run(), run("keep")
    assert kept == "True"
    assert int(given_back) > 20_000  # 3 x 40 MB in pages of 4 KB
    assert int(reused) < 100


def test_settings_of_the_users_own_stay():
    assert run("keep", MALLOC_ARENA_MAX="2")[0] == "False"
