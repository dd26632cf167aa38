"""SentencePiece, trained from text and run inside the graph."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import tensorflow as tf
import tensorflow_text

PAD_ID, UNK_ID, START_ID, END_ID = 0, 1, 2, 3
SPECIAL_IDS = 4

# SentencePiece leaves out lines above 4192 bytes; a slice of this many characters is below it in any script.
LONGEST_SLICE = 1000
NORMALIZE_AT_ONCE = 10_000


def normalize(text: tf.Tensor | Sequence[str | bytes]) -> tf.Tensor:
    """What the model sees of a text, as graph operations.

    Invalid UTF-8 becomes U+FFFD, then Unicode NFKC, then each run of white space and control characters one
    space, none at the ends. The same operations prepare the texts that a tokeniser learns from.

    Args:
        text: (N,) string, any bytes.
    Returns:
        (N,) string, valid UTF-8.
    """
    text = tf.convert_to_tensor(text, tf.string)
    text = tf.strings.unicode_transcode(text, "UTF-8", "UTF-8", errors="replace")
    text = tensorflow_text.normalize_utf8(text, "NFKC")
    return tf.strings.strip(tf.strings.regex_replace(text, r"[\p{Z}\p{Cc}]+", " "))


class Tokenizer(tf.Module):
    """Text to token ids and back, in the graph: the same operations in training and in a SavedModel.

    Ids 0 to 3 are PAD_ID, UNK_ID, START_ID and END_ID; pieces follow. Differs from
    `tensorflow_text.SentencepieceTokenizer`: any bytes are text, the end symbol is added, special and
    unknown ids are never decoded, and ids outside the vocabulary are ignored.

    Args:
        model_bytes: a serialised SentencePiece model with the ids above, such as `train` makes.
    Raises:
        ValueError: not a SentencePiece model, or one with other special ids.

    >>> tokenizer = Tokenizer.train(["a red car", "a red house"] * 10, vocabulary_size=20)
    >>> ids = tokenizer.encode(["a red house"])
    >>> tokenizer.decode(ids).numpy()
    array([b'a red house'], dtype=object)

    Kudo and Richardson 2018, SentencePiece: a simple and language independent subword tokenizer.
    """

    def __init__(self, model_bytes: bytes, name: str = "tokenizer"):
        super().__init__(name=name)
        self._model_bytes = _checked(model_bytes)
        self._model = tensorflow_text.SentencepieceTokenizer(model_bytes, out_type=tf.int32, add_eos=True)
        self._vocabulary_size = int(self._model.vocab_size())

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocabulary_size: int,
        model_type: str = "bpe",
        character_coverage: float = 1.0,
    ) -> Tokenizer:
        """Learns a vocabulary. The same texts in the same order give the same bytes.

        Args:
            texts: sentences; empty ones are passed over.
            vocabulary_size: pieces, the four special ones included.
            model_type: "bpe" or "unigram".
            character_coverage: share of the characters in the text that get a piece.
        Raises:
            ValueError: unknown `model_type`, no text, or a size that the texts do not allow; it names the
                possible one.
        """
        import sentencepiece

        if model_type not in ("bpe", "unigram"):
            raise ValueError(f"model_type: {model_type!r} is not one of bpe, unigram")
        lines = list(_slices(texts))
        if not lines:
            raise ValueError("texts: a vocabulary cannot be learnt from no text")
        model = io.BytesIO()
        options = {
            "vocab_size": vocabulary_size,
            "model_type": model_type,
            "character_coverage": character_coverage,
            "pad_id": PAD_ID,
            "unk_id": UNK_ID,
            "bos_id": START_ID,
            "eos_id": END_ID,
            "num_threads": 1,  # sums of floats in one order: the bytes do not depend on the machine
            "minloglevel": 2,
        }
        try:
            with tempfile.TemporaryDirectory() as folder:
                # `normalize` has done it all in the graph. One rule that never applies, because with none
                # SentencePiece logs a line in every process that loads the model.
                rules = Path(folder) / "rules.tsv"
                rules.write_text("A0\t20\n", encoding="utf-8")
                sentencepiece.SentencePieceTrainer.train(
                    sentence_iterator=iter(lines),
                    model_writer=model,
                    normalization_rule_tsv=str(rules),
                    **options,
                )
        except RuntimeError as error:
            raise ValueError(_size_error(vocabulary_size, str(error))) from None
        return cls(_without_path(model.getvalue()))

    @classmethod
    def load(cls, path: str | Path) -> Tokenizer:
        """Reads what `save` wrote.

        Raises:
            FileNotFoundError: no such file.
            ValueError: the file is not a SentencePiece model.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no tokeniser there")
        try:
            return cls(path.read_bytes())
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    def save(self, path: str | Path) -> None:
        """Writes the SentencePiece model; an interruption leaves no half file."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(path.name + ".half")
        half.write_bytes(self._model_bytes)
        half.replace(path)

    @property
    def model_bytes(self) -> bytes:
        """The serialised SentencePiece model."""
        return self._model_bytes

    @property
    def vocabulary_size(self) -> int:
        """V: pieces, the four special ones included."""
        return self._vocabulary_size

    def encode(self, text: tf.Tensor | Sequence[str | bytes]) -> tf.RaggedTensor:
        """Token ids, END_ID last and no START_ID.

        Args:
            text: (N,) string, any bytes.
        Returns:
            (N, None) int32 ragged; an empty text is the end symbol alone.
        """
        return self._model.tokenize(normalize(text))

    def decode(self, ids: tf.Tensor | tf.RaggedTensor) -> tf.Tensor:
        """Text of token ids: up to the first END_ID, without special, unknown or foreign ids.

        Args:
            ids: (N, L) int32, or ragged (N, None).
        Returns:
            (N,) string.
        """
        if isinstance(ids, tf.RaggedTensor):
            ids = ids.to_tensor(PAD_ID)
        ids = tf.cast(ids, tf.int32)
        ended = tf.cumsum(tf.cast(ids == END_ID, tf.int32), axis=1) > 0
        shown = (ids >= SPECIAL_IDS) & (ids < self._vocabulary_size) & ~ended  # N, L
        text = self._model.detokenize(tf.ragged.boolean_mask(ids, shown))
        # An unknown word between two known ones leaves two spaces.
        return tf.strings.strip(tf.strings.regex_replace(text, " +", " "))

    def pieces(self, ids: tf.Tensor | tf.RaggedTensor) -> tf.Tensor | tf.RaggedTensor:
        """Each id's piece, to label tokens with: "▁" stands for the space before a word.

        Args:
            ids: int32 of any shape, or ragged.
        Returns:
            string of the same shape; PAD_ID, START_ID and ids outside the vocabulary are empty.
        """
        if isinstance(ids, tf.RaggedTensor):
            return ids.with_flat_values(self.pieces(ids.flat_values))
        ids = tf.convert_to_tensor(ids, tf.int32)
        named = (ids != PAD_ID) & (ids != START_ID) & (ids > 0) & (ids < self._vocabulary_size)
        # The operation reads past its table for an id outside the vocabulary: such an id must never reach it.
        pieces = self._model.id_to_string(tf.reshape(tf.where(named, ids, PAD_ID), [-1]))
        return tf.where(named, tf.reshape(pieces, tf.shape(ids)), "")

    def pieces_of(self, text: tf.Tensor | Sequence[str | bytes]) -> tf.RaggedTensor:
        """The pieces of what `encode` gives, but unknown tokens as the characters of the text.

        Args:
            text: (N,) string, any bytes.
        Returns:
            (N, None) string ragged.
        """
        text = normalize(text)
        ids, starts, limits = self._model.tokenize_with_offsets(text)
        lengths = limits.values - starts.values
        characters = tf.strings.substr(tf.repeat(text, ids.row_lengths()), starts.values, lengths)
        return ids.with_values(tf.where(ids.values == UNK_ID, characters, self.pieces(ids.values)))


def _slices(texts: Iterable[str]) -> Iterator[str]:
    texts = list(texts)
    for start in range(0, len(texts), NORMALIZE_AT_ONCE):
        for line in normalize(texts[start : start + NORMALIZE_AT_ONCE]).numpy():
            line = line.decode("utf-8")
            yield from (line[i : i + LONGEST_SLICE] for i in range(0, len(line), LONGEST_SLICE))


def _without_path(model_bytes: bytes) -> bytes:
    """Takes the temporary file's name out, which would make each training's bytes different."""
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto.FromString(model_bytes)
    model.normalizer_spec.normalization_rule_tsv = ""
    return model.SerializeToString(deterministic=True)


def _size_error(asked: int, error: str) -> str:
    if largest := re.search(r"too high .*<= (\d+)", error):
        return (
            f"vocabulary_size: {asked} is more than the training text allows; "
            f"the largest possible is {largest.group(1)}"
        )
    if smallest := re.search(r"required_chars\. \d+ vs (\d+)", error):
        return (
            f"vocabulary_size: {asked} is too small for the characters of the training text; "
            f"the smallest possible is {smallest.group(1)}"
        )
    return f"vocabulary_size: {asked}: SentencePiece could not be trained: {error}"


def _checked(model_bytes: bytes) -> bytes:
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor()
    try:
        # Silenced: the bytes of another kind of file are an error of ours, told below.
        model.LoadFromSerializedProto(model_bytes)
        ids = (model.pad_id(), model.unk_id(), model.bos_id(), model.eos_id())
    except (RuntimeError, TypeError, ValueError):
        raise ValueError("not a SentencePiece model") from None
    if ids != (PAD_ID, UNK_ID, START_ID, END_ID):
        raise ValueError(f"a SentencePiece model with pad, unk, bos, eos = 0, 1, 2, 3 is needed, found {ids}")
    return model_bytes
