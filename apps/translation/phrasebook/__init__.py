"""The embedded English-French phrasebook and the grammar that wrote it."""
