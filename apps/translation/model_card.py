"""The page that travels with an exported translator: what it is, how good it is, how to load it."""

CARD = """# Translator `{run}`

A recurrent encoder-decoder with attention ({cell}, {attention} attention) that takes text and gives text.
Everything that training did to the text (Unicode NFKC, SentencePiece) is inside the graph.

## Data
{data} (pairs: {counts}).

Licence of the data: {licence}

## Quality
{quality}

## How to load
`import tensorflow_text` registers operations that the graph uses; without it, loading fails. Neither rnnapps
nor Keras is needed. TensorFlow and tensorflow-text were {versions}.

```python
import tensorflow as tf
import tensorflow_text

translator = tf.saved_model.load("path/of/this/folder")
print(translator.signatures["serving_default"](text=tf.constant(["Hello!"]))["text"].numpy()[0].decode())
```

## Signatures
`serving_default(text: string[N])`
- `text` string[N]: the best translation under beam search
- `score` float32[N]: its log-probability (natural logarithm, end symbol included)
- `truncated` bool[N]: whether the text had more than {max_source} tokens; the rest was not translated

`n_best(text: string[N])`, with K = {beam_size} hypotheses per text, best first
- `text` string[N, K], `score` float32[N, K], `truncated` bool[N]: as above
- `ranking` float32[N, K]: what they are sorted by: score / ((5 + length) / 6)^{length_penalty}, \
coverage penalty {coverage_penalty}
- `tokens` string[N, K, L]: pieces of the translation, end symbol included, then empty strings
- `source_tokens` string[N, S]: pieces of the text, end symbol included, then empty strings; what is not in the
  vocabulary stands there as it was written
- `alignments` float32[N, K, L, S]: attention of each target token over the source tokens

`sample(text: string[N], seed: int32[2], temperature: float32[], top_k: int32[], top_p: float32[])`
- `text`, `score`, `truncated`: one translation of each text drawn at random, its tokens with probability
  softmax(logits / temperature) among the top_k likeliest (0: all) and of these the fewest that hold top_p (1: all).
  The same batch and seed give the same translations; repeat a text to draw several

Any bytes are valid input: those that are not UTF-8 are read as U+FFFD. A text without a visible character is
translated by an empty string with score 0. A translation has at most {ratio:g} x S + {extra} tokens for S
source tokens.
"""


def model_card(run: str, config, metrics: dict) -> str:
    """Markdown text.

    Args:
        run: name of the run.
        config: `TranslationConfig` of the run.
        metrics: content of the run's metrics.json; empty when nothing has been measured.
    """
    import tensorflow as tf
    import tensorflow_text

    data, test = metrics.get("data", {}), metrics.get("test")
    return CARD.format(
        run=run,
        cell=config.model.cell.replace("_", " "),
        attention=config.model.attention,
        data=data.get("name", "Unknown data"),
        counts=", ".join(f"{count} {side}" for side, count in data.get("pairs", {}).items()),
        licence=data.get("licence", "unknown"),
        quality=_quality(test) if test else "Not measured.",
        versions=f"{tf.__version__} and {tensorflow_text.__version__}",
        beam_size=config.decode.beam_size,
        length_penalty=f"{config.decode.length_penalty:g}",
        coverage_penalty=f"{config.decode.coverage_penalty:g}",
        max_source=config.decode.max_source_tokens,
        ratio=config.decode.max_length_ratio,
        extra=config.decode.max_length_extra,
    )


def _quality(test: dict) -> str:
    lines = [f"On {test['sentences']} held-out sentences:"]
    for name, label in (("bleu", "BLEU"), ("chrf", "chrF")):
        lines.append(f"- {label} {test[name]['score']:.2f} (`{test[name]['signature']}`)")
    if baseline := test.get("baseline"):
        lines.append(f"- baseline, copying the nearest training sentence: BLEU {baseline['bleu']['score']:.2f}")
    return "\n".join(lines)
