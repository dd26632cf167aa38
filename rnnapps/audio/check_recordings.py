"""Faults that a recording's samples show: nothing to hear, flat tops, a rate that is not its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.measure import Measurement
from rnnapps.audio.recording_fault import RecordingFault
from rnnapps.audio.waveforms import Waveforms

# No sound of speech is shorter.
SHORTEST = 0.02  # seconds
# 70 dB below full scale, ten steps of 16 bits: the noise of a microphone that nobody speaks into.
SILENT = 3e-4
# Natural recordings have no sample in a flat top, but for a few of 8 bits, whose steps are wide.
CLIPPED, CLIPPED_SAMPLES, CLIPPED_PEAK = 0.002, 12, 0.1
# Share of the band that the rate has room for. Recordings that were made at half the rate end just above a half.
NARROW = 0.56
# Speaking rates are compared among texts of some length, in sides of some size.
LEAST_LETTERS, LEAST_RECORDINGS = 10, 10
# How far from the median a speaking rate is suspect: both 1.75 times as fast or slow, and five standard deviations.
UNUSUAL, DEVIATIONS = np.log(1.75), 5.0
# Letters per second between which the median of people speaking an alphabet lies.
SLOWEST, FASTEST = 3.0, 30.0


def check_recordings(waveforms: Waveforms) -> Iterator[RecordingFault]:
    """Faults of each recording by itself, in their order.

    Errors: missing, unreadable, truncated, empty, not_finite; silent, where there is a text. Warnings: clipped.
    Notes: bandwidth, where the band is half empty.

    Args:
        waveforms: of the recordings.
    """
    for recording, measurement, error in zip(
        waveforms.recordings, waveforms.measurements, waveforms.errors, strict=True
    ):
        name = recording.name
        if error is not None:
            yield RecordingFault("error", _kind(error), name, str(error))
        elif measurement.seconds < SHORTEST:
            found = f"is {measurement.samples} sample{'s' * (measurement.samples > 1)} long"
            yield RecordingFault("error", "empty", name, f"{name}: {found}, in which nothing can be said; leave it out")
        elif measurement.peak < SILENT:
            if recording.text:
                message = (
                    f"{name}: is silent, its loudest sample is {measurement.peak:.1g}; record it again or leave it out"
                )
                yield RecordingFault("error", "silent", name, message)
        else:
            yield from _doubts(name, measurement, min(recording.rate, waveforms.rate))


def check_speaking_rates(sides: Mapping[str, Waveforms]) -> Iterator[RecordingFault]:
    """Warnings about recordings that are spoken at a speed unlike the others', or all at one that nobody speaks at.

    The reason is mostly a header that says a wrong rate, or the text of another recording.

    Args:
        sides: name of a side -> its recordings, all of which are compared with each other.
    """
    each = [
        (side, recording, sum(map(str.isalpha, recording.text)), measured.spoken)
        for side, waveforms in sides.items()
        for recording, measured in zip(waveforms.recordings, waveforms.measurements, strict=True)
        if measured is not None
    ]
    compared = [found for found in each if found[2] >= LEAST_LETTERS and found[3] > 0]
    if len(compared) < LEAST_RECORDINGS:
        return
    speed = np.log([letters / spoken for _, _, letters, spoken in compared])
    usual = np.median(speed)
    rate, deviation = np.exp(usual), 1.4826 * np.median(np.abs(speed - usual))
    if not SLOWEST <= rate <= FASTEST:
        message = (
            f"half of the recordings have {'more' if rate > FASTEST else 'less'} than {rate:.1f} letters per second, "
            f"where people speak 8 to 20: do their headers say the rate at which they were recorded?"
        )
        yield RecordingFault("warning", "speaking_rate", "", message)
    for number in np.flatnonzero(np.abs(speed - usual) > max(UNUSUAL, DEVIATIONS * deviation)):
        side, recording, letters, spoken = compared[number]
        message = (
            f"{recording.name}: {letters / spoken:.1f} letters per second where {rate:.1f} are usual: its header may "
            f"say a wrong rate ({recording.rate} Hz), or the text is that of another recording"
        )
        yield RecordingFault("warning", "speaking_rate", recording.name, message, side)


def _doubts(name: str, measured: Measurement, rate: int) -> Iterator[RecordingFault]:
    samples = measured.clipped * measured.samples
    if measured.clipped >= CLIPPED and samples >= CLIPPED_SAMPLES and measured.peak >= CLIPPED_PEAK:
        message = f"{name}: is clipped, {measured.clipped:.1%} of its samples are cut off; record it at a lower level"
        yield RecordingFault("warning", "clipped", name, message)
    if measured.bandwidth < NARROW * rate / 2:
        found = f"nothing above {measured.bandwidth:.0f} Hz, though its rate has room to {rate / 2:.0f} Hz"
        yield RecordingFault("note", "bandwidth", name, f"{name}: {found}: it was recorded at a lower rate")


def _kind(error: Exception) -> str:
    if isinstance(error, AudioFault):
        return error.kind
    return "missing" if isinstance(error, FileNotFoundError) else "unreadable"
