"""What a recogniser is asked over HTTP, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, Field

from rnnapps.audio.read_audio import join, resampled
from rnnapps.serving import Endpoint, Job, Work

from .load import LoadedRecognizer
from .saved_transcriber import saved_transcriber
from .transcriber import BATCH_SECONDS, BATCH_SIZE
from .transcript import Transcript
from .uploaded_sound import uploaded_sound

# No video/webm, which browsers record: libsndfile does not know it. The page sends what the browser made of it as WAV.
MEDIA = ("audio/*", "video/ogg", "application/ogg", "application/octet-stream")

WAITING_SECONDS = 3600.0  # of sound that waits as samples, 230 MB at 16 kHz; a small file may hold an hour


class TimedWord(BaseModel):
    """A word and when it was said."""

    word: str
    start: float = Field(description="seconds")
    end: float = Field(description="seconds")
    confidence: float = Field(description="probability that the word is right")


class Alternative(BaseModel):
    """Another reading."""

    text: str
    score: float = Field(description="log probability, with what the decoder adds")


class TranscriptResponse(BaseModel):
    """What was said."""

    text: str
    confidence: float = Field(description="probability that the text is right")
    duration: float = Field(description="seconds of the recording")
    words: list[TimedWord]
    alternatives: list[Alternative] = Field(description="best first, the text itself among them")


class ServedTranscripts:
    """A loaded recogniser as routes and works.

    Args:
        loaded: the SavedModel.
        max_seconds: of a recording; less where the model cannot hear so much.
    """

    def __init__(self, loaded: LoadedRecognizer, max_seconds: float):
        self._transcriber, self._rate, self._head = saved_transcriber(loaded), loaded.rate, loaded.head
        self._most = round(self._transcriber.whole_seconds * loaded.rate)
        self.max_seconds = (
            min(max_seconds, self._transcriber.whole_seconds) if loaded.head == "keyword" else max_seconds
        )

    def about(self) -> dict:
        """For clients: what is heard, and how much of it."""
        found = {"application": "speech_to_text", "head": self._head, "rate": self._rate}
        return found | {"max_seconds": self.max_seconds}

    def endpoints(self) -> tuple[Endpoint, ...]:
        """POST /v1/transcribe."""
        transcribe = Endpoint(
            "POST",
            "/v1/transcribe",
            "Transcribe a recording: a WAV, FLAC, Ogg or MP3 file as the body",
            TranscriptResponse,
            self.jobs,
            self.response,
            media=MEDIA,
        )
        return (transcribe,)

    def works(self) -> dict[str, Work]:
        """Recordings that are read at once, and long ones, which would keep those waiting."""
        example = np.zeros(self._rate, np.float32)
        waiting = WAITING_SECONDS * self._rate
        return {
            "short": Work(self._transcripts, len, BATCH_SECONDS * self._rate, BATCH_SIZE, waiting, example),
            "long": Work(self._transcripts, len, batch_size=1, waiting_cost=waiting),
        }

    def jobs(self, content: bytes, query: None) -> list[Job]:
        """The recording's samples at the rate of the model."""
        rate, blocks = uploaded_sound(content, self.max_seconds)
        waveform = join(resampled(blocks, rate, self._rate))
        return [Job("short" if len(waveform) <= self._most else "long", waveform)]

    def response(self, content: bytes, query: None, answers: list[Transcript]) -> TranscriptResponse:
        """The transcript, its length as that of the recording."""
        (transcript,) = answers
        found = transcript.as_dict()
        return TranscriptResponse(**(found | {"duration": found["end"]}))

    def _transcripts(self, waveforms: Sequence[np.ndarray]) -> list[Transcript]:
        return self._transcriber.transcribe(waveforms)
