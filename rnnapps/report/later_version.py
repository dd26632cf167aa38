"""Which version of a run's SavedModel the scores are of."""

from __future__ import annotations

from rnnapps.export import exported_versions
from rnnapps.report.contents import Contents
from rnnapps.run_folder import RunFolder

SCORED = 1  # training scores what it exports first


def later_version(folder: RunFolder, contents: Contents) -> str:
    """What to say beside the scores where there is a later version than the one that was scored; else nothing."""
    latest = max(exported_versions(folder.path), default=SCORED)
    if latest == SCORED:
        return ""
    how = contents.later.get(latest, "was exported later, perhaps with other options, and has not been scored")
    return f"The scores are those of version {SCORED} of the SavedModel. Version {latest}, the latest, {how}."
