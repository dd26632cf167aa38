"""The page that travels with an exported recogniser: what it is, how good it is, how to load it."""

from __future__ import annotations

from collections.abc import Mapping

from .config import SpeechConfig
from .units import Units

CELLS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "simple recurrent network"}
HEADS = {
    "ctc": "connectionist temporal classification",
    "attention": "an attention decoder",
    "joint": "connectionist temporal classification and an attention decoder",
    "keyword": "one label per recording",
}
CARD = """# Recogniser `{run}`

A {directions} {cell} of {layers} x {units} units with {head}: sound in, {product} out. Reading WAV, resampling,
features and decoding are inside the graph.

## Data
{data} (recordings: {counts}).

Licence of the data: {licence}

## Quality
{quality}

## How to load
TensorFlow was {version}. Neither rnnapps nor Keras is needed.

```python
import tensorflow as tf

model = tf.saved_model.load("path/of/this/folder")
silence = tf.zeros([{rate}])  # one second
wav = tf.audio.encode_wav(silence[:, None], {rate})  # or tf.io.read_file("recording.wav")
print(model.signatures["serving_default"](wav=tf.stack([wav]))["text"].numpy()[0].decode())
print(model.signatures["waveform"](waveform=silence, rate=tf.constant({rate})))
```

## Signatures
`serving_default(wav: string[N])`: WAV files as bytes: PCM of 8, 16, 24 or 32 bits or float, any rate, channels mixed
- `text` string[N]
- `confidence` float32[N]: probability that the text is right, as far as the validation side tells

`waveform(waveform: float32[n], rate: int32[])`: one recording in [-1, 1], mono
- `text` string[], `confidence` float32[]: as above
{timed}{posteriors}{decode}{stream}
`describe()`: symbols, head, rate and frame_seconds, as tensors
"""
TIMED = """- `words` string[W], `starts`, `ends` float32[W] seconds, `confidences` float32[W]
- `n_best` string[K], `scores` float32[K]: other readings, the best first; log-probabilities with what the decoder adds
"""
LABELLED = """- `n_best` string[K], `scores` float32[K]: the likeliest labels, best first, and their log-probabilities
"""
POSTERIORS = """
`posteriors(waveform: float32[N, n], length: int32[N])`: at {rate} samples per second, zero behind the end
- `log_probs` float32[N, {shape}], `frames` int32[N]: {symbols}
"""
DECODE = """
`decode(log_probs, frames)`: what `posteriors` gave, as `waveform` answers, a row for each recording
"""
STREAM = """
`stream(chunk: float32[1, n], last: bool[], ...states)`: the next samples, any number of them, at {rate} per second
- `text` string[1]: all that was heard so far; `log_probs` float32[1, t, {symbols}] of the new frames
- the states for the next call, under the names of the inputs; `initial_states()` gives the first ones
"""


def model_card(run: str, config: SpeechConfig, units: Units, metrics: Mapping, streamable: bool) -> str:
    """Markdown text.

    Args:
        run: name of the run.
        config: of the run.
        units: what the texts are made of.
        metrics: content of the run's metrics.json; empty when nothing has been measured.
        streamable: whether there is a signature stream.
    """
    import tensorflow as tf

    model, data, keyword = config.model, metrics.get("data", {}), config.model.head == "keyword"
    symbols, rate = len(units.symbols), config.features.rate
    listed = ", ".join(repr(symbol) for symbol in units.symbols[:40]) + (", ..." if symbols > 40 else "")
    seconds = round(config.features.hop * rate) * model.subsampling / rate
    shape, said = f"t, {symbols}", f"a frame is {1000 * seconds:g} ms; symbols, the first nothing: {listed}"
    posteriors = {"shape": symbols, "symbols": f"labels: {listed}"} if keyword else {"shape": shape, "symbols": said}
    return CARD.format(
        run=run,
        directions="bidirectional" if model.bidirectional else "unidirectional",
        cell=CELLS[model.cell],
        layers=model.layers,
        units=model.units,
        head=HEADS[model.head],
        product="a label" if keyword else "words with times",
        data=data.get("name", "Unknown data"),
        counts=", ".join(f"{count} {side}" for side, count in data.get("recordings", {}).items()),
        licence=data.get("licence", "unknown"),
        quality=metrics.get("quality", "Not measured."),
        version=tf.__version__,
        rate=rate,
        timed=LABELLED if keyword else TIMED,
        posteriors="" if model.head == "attention" else POSTERIORS.format(rate=rate, **posteriors),
        decode=DECODE if model.head in ("ctc", "keyword") else "",
        stream=STREAM.format(rate=rate, symbols=symbols) if streamable else "",
    )
