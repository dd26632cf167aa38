"""SentencePiece in the graph: any bytes in, valid text out, the same every time."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.text.tokenizer import END_ID, PAD_ID, START_ID, UNK_ID, Tokenizer, normalize

TEXTS = ["the red car", "a red house", "the old house is near the car", "une voiture rouge", "café crème"] * 10


@pytest.fixture(scope="module", params=["bpe", "unigram"])
def tokenizer(request):
    return Tokenizer.train(TEXTS, vocabulary_size=32, model_type=request.param)


def decoded(tokenizer, ids) -> list[str]:
    return [text.decode() for text in tokenizer.decode(ids).numpy()]


def test_decoding_undoes_encoding(tokenizer):
    texts = ["the red house", "a café", "une voiture"]
    assert decoded(tokenizer, tokenizer.encode(texts)) == texts


def test_every_text_ends_with_the_end_symbol_and_none_begins_with_start(tokenizer):
    for ids in tokenizer.encode(["the car", "", "red"]).to_list():
        assert ids[-1] == END_ID
        assert START_ID not in ids
        assert ids.count(END_ID) == 1


def test_an_empty_text_is_the_end_symbol_alone(tokenizer):
    assert tokenizer.encode(["", "  \t\n", "\x00\x01"]).to_list() == [[END_ID]] * 3


def test_invalid_utf8_becomes_the_replacement_character():
    assert normalize([b"caf\xe9 a\xff"]).numpy()[0].decode() == "caf\ufffd a\ufffd"


def test_text_is_nfkc_with_single_spaces():
    assert normalize(["  ﬁn\u00a0e\u0301\u2028ｆｕ\x00\x07x\r\n "]).numpy()[0].decode() == "fin é fu x"


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe\x00\xed\xa0\x80",
        "😀👩‍👩‍👧 red",
        "\x00",
        "▁▁",
        "</s> <unk> <s> <pad>",
        "\u202e\u200b",
        "car " * 500,
        "x" * 20_000,
    ],
)
def test_any_text_is_encoded_and_decoded(tokenizer, text):
    ids = tokenizer.encode([text])
    assert ids.to_list()[0][-1] == END_ID
    assert ids.to_list()[0].count(END_ID) == 1
    assert all(0 < i < tokenizer.vocabulary_size for i in ids.to_list()[0])
    tokenizer.decode(ids).numpy()[0].decode("utf-8")


def test_the_unknown_token_is_never_shown(tokenizer):
    assert UNK_ID in tokenizer.encode(["red 😀 car"]).to_list()[0]
    assert decoded(tokenizer, tokenizer.encode(["red 😀 car"])) == ["red car"]


def test_nothing_after_the_first_end_is_decoded(tokenizer):
    (ids,) = tokenizer.encode(["red car"]).to_list()
    padded = [START_ID, *ids, *tokenizer.encode(["house"]).to_list()[0], PAD_ID]
    assert decoded(tokenizer, tf.constant([padded])) == ["red car"]


def test_ids_outside_the_vocabulary_are_ignored(tokenizer):
    (ids,) = tokenizer.encode(["red car"]).to_list()
    assert decoded(tokenizer, tf.constant([[-1, 10**6, *ids]])) == ["red car"]
    assert tokenizer.pieces([-1, 10**6, tokenizer.vocabulary_size]).numpy().tolist() == [b"", b"", b""]


def test_decoding_nothing_gives_nothing(tokenizer):
    assert decoded(tokenizer, tf.zeros((2, 0), tf.int32)) == ["", ""]
    assert decoded(tokenizer, tf.zeros((0, 3), tf.int32)) == []
    assert tokenizer.encode(tf.zeros((0,), tf.string)).to_list() == []


def test_pieces_label_tokens_and_leave_padding_empty(tokenizer):
    ids = tokenizer.encode(["the red car"])
    labels = [piece.decode() for piece in tokenizer.pieces(ids).to_list()[0]]
    assert "".join(labels) == "▁the▁red▁car</s>"
    padded = tokenizer.pieces(tf.constant([[[PAD_ID, START_ID, END_ID]]]))
    assert padded.numpy().tolist() == [[[b"", b"", b"</s>"]]]


def test_the_graph_gives_what_eager_gives(tokenizer):
    graph = tf.function(tokenizer.encode, input_signature=[tf.TensorSpec([None], tf.string)])
    texts = tf.constant(["the red car", "", "😀"])
    assert graph(texts).to_list() == tokenizer.encode(texts).to_list()


def test_training_twice_gives_the_same_bytes():
    one, other = (Tokenizer.train(TEXTS, 32, "unigram").model_bytes for _ in range(2))
    assert one == other


def test_saving_and_loading_keeps_the_ids(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "deep" / "tokenizer.model")
    loaded = Tokenizer.load(tmp_path / "deep" / "tokenizer.model")
    assert loaded.model_bytes == tokenizer.model_bytes
    assert loaded.encode(TEXTS[:5]).to_list() == tokenizer.encode(TEXTS[:5]).to_list()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["tokenizer.model"]


def test_a_saved_model_carries_the_tokenizer(tokenizer, tmp_path):
    module = tf.Module()
    module.tokenizer = tokenizer

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def there_and_back(text):
        return tokenizer.decode(tokenizer.encode(text))

    module.there_and_back = there_and_back
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    assert loaded.there_and_back(tf.constant(["the red  house\xa0"])).numpy().tolist() == [b"the red house"]


@pytest.mark.parametrize("model_type, largest", [("bpe", 107), ("unigram", 32)])
def test_a_vocabulary_larger_than_the_text_allows_names_the_largest(model_type, largest):
    with pytest.raises(ValueError) as raised:
        Tokenizer.train(TEXTS, 9000, model_type)
    assert str(raised.value) == (
        f"vocabulary_size: 9000 is more than the training text allows; the largest possible is {largest}"
    )
    assert Tokenizer.train(TEXTS, largest, model_type).vocabulary_size == largest


def test_a_vocabulary_too_small_names_the_smallest():
    with pytest.raises(ValueError, match=r"vocabulary_size: 6 is too small .* the smallest possible is 24"):
        Tokenizer.train(TEXTS, 6)
    assert Tokenizer.train(TEXTS, 24).vocabulary_size == 24


def test_training_passes_over_empty_and_cuts_very_long_texts():
    assert Tokenizer.train([*TEXTS, "", " ", "the car " * 20_000], 40).vocabulary_size == 40


@pytest.mark.parametrize("texts", [[], ["", "\x00"]])
def test_no_text_is_an_error(texts):
    with pytest.raises(ValueError, match="cannot be learnt from no text"):
        Tokenizer.train(texts, 40)


def test_an_unknown_model_type_lists_the_known_ones():
    with pytest.raises(ValueError, match="model_type: 'word' is not one of bpe, unigram"):
        Tokenizer.train(TEXTS, 40, "word")


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x00" * 50])
def test_a_file_that_is_no_model_is_named(tmp_path, content):
    path = tmp_path / "tokenizer.model"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"tokenizer\.model: not a SentencePiece model"):
        Tokenizer.load(path)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.model: no tokeniser there"):
        Tokenizer.load(tmp_path / "none.model")


def test_training_and_loading_print_nothing(capfd):
    Tokenizer.train(["the red car", "a house"] * 9, 24).encode(["a car"])
    output, errors = capfd.readouterr()
    assert output == ""
    # What TensorFlow says of the processor is not ours.
    assert "LOG(" not in errors
    assert "trainer_interface" not in errors


def test_ids_are_int32(tokenizer):
    assert tokenizer.encode(["red"]).dtype == tf.int32
    assert np.asarray(tokenizer.encode(["red"]).values).dtype == np.int32
