"""Names of files for series, whose own names may hold anything."""


def file_name(series: str) -> str:
    """The name with _ for every character but letters, digits and - _ . themselves, such as BRK_B for BRK/B."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in series)
