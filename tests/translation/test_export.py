"""The SavedModel answers as `translate` does, in a process that knows neither rnnapps nor apps."""

import json
import subprocess
import sys

import numpy as np
import pytest

from apps.translation.__main__ import main
from apps.translation.load import load_translator

TEXTS = [
    b"I see two red cars.",
    b"",
    "\U0001f600 caf\u00e9 \u4f60\u597d".encode(),
    b" ".join([b"I see five old trees."] * 100),  # 500 words
    b"I see \xff\xfe three \xc3 dogs.",
    b"   ",
    b"I see four green books.",
]

# Runs without the project: only TensorFlow, its text operations, and what was exported.
LOADER = """
import importlib.abc, json, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("rnnapps", "apps", "rnnapps_apps"):
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
import tensorflow as tf
import tensorflow_text

path, texts = sys.argv[1], [bytes.fromhex(text) for text in json.loads(sys.argv[2])]
model = tf.saved_model.load(path)
answers = model.signatures["serving_default"](text=tf.constant(texts))
best = model.signatures["n_best"](text=tf.constant(texts))
none = model.signatures["serving_default"](text=tf.constant([], tf.string))
print(json.dumps({
    "text": [text.decode() for text in answers["text"].numpy()],
    "score": answers["score"].numpy().tolist(),
    "best": [text.decode() for text in best["text"].numpy()[:, 0]],
    "none": none["text"].shape.as_list(),
    "project": sorted(name for name in sys.modules if name.startswith(("rnnapps", "apps"))),
}))
"""


@pytest.fixture(scope="module")
def elsewhere(trained_run, tmp_path_factory):
    """Answers of the SavedModel in another process, in a folder of its own."""
    texts = json.dumps([text.hex() for text in TEXTS])
    command = [sys.executable, "-I", "-c", LOADER, str(trained_run / "1"), texts]
    folder = tmp_path_factory.mktemp("elsewhere")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_other_process_knew_nothing_of_the_project(elsewhere):
    assert elsewhere["project"] == []


def test_another_process_gets_what_translate_prints(elsewhere, trained_run, tmp_path, capsys):
    file = tmp_path / "texts.txt"
    file.write_bytes(b"".join(text + b"\n" for text in TEXTS))
    assert main(["translate", str(trained_run), "--input", str(file), "--scores"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[1] for row in rows] == elsewhere["text"]
    np.testing.assert_allclose([float(row[0]) for row in rows], elsewhere["score"], atol=1e-3, rtol=1e-5)


def test_a_text_without_a_visible_character_is_translated_by_nothing(elsewhere):
    assert [elsewhere["text"][i] for i in (1, 5)] == ["", ""]
    assert [elsewhere["score"][i] for i in (1, 5)] == [0.0, 0.0]


def test_a_batch_of_no_texts_gives_no_translations(elsewhere):
    assert elsewhere["none"] == [0]


def test_the_unknown_token_is_never_shown(elsewhere):
    assert not [text for text in elsewhere["text"] if "\u2047" in text or "<unk>" in text]


@pytest.fixture(scope="module")
def answers(trained_run):
    import tensorflow as tf

    model = load_translator(trained_run / "1")
    return {name: value.numpy() for name, value in model.n_best(tf.constant(TEXTS)).items()}


def test_the_best_of_n_is_the_default_answer(answers, elsewhere):
    assert [text.decode() for text in answers["text"][:, 0]] == elsewhere["text"]


def test_n_best_is_ranked_and_distinct(answers):
    assert (np.diff(answers["ranking"], axis=1) <= 0).all()
    assert len(set(answers["text"][0])) == answers["text"].shape[1]


def test_shapes_of_n_best_agree(answers):
    texts, beam, length = answers["tokens"].shape
    source = answers["source_tokens"].shape[1]
    assert (texts, beam) == answers["text"].shape == answers["score"].shape == answers["ranking"].shape
    assert answers["alignments"].shape == (texts, beam, length, source)


def test_alignments_sum_to_one_for_every_token_and_are_zero_behind_the_end(answers):
    shown = answers["tokens"] != b""
    np.testing.assert_allclose(answers["alignments"].sum(axis=-1), shown.astype(float), atol=1e-4)


def test_alignments_ignore_padding(answers):
    row = np.flatnonzero(answers["source_tokens"][0] == b"")
    assert len(row)
    np.testing.assert_array_equal(answers["alignments"][0][:, :, row], 0.0)


def test_tokens_spell_the_text(answers):
    tokens = b"".join(token for token in answers["tokens"][0, 0] if token != b"</s>")
    assert tokens.decode().replace("\u2581", " ").strip() == answers["text"][0, 0].decode()


def test_the_score_is_the_teacher_forced_log_probability(answers, trained_run):
    import tensorflow as tf

    from apps.translation.data import load_tokenizers
    from apps.translation.model import build_translator
    from apps.translation.run_folder import RunFolder

    folder = RunFolder.open(trained_run)
    tokenizers = load_tokenizers(trained_run)
    size = tokenizers.source.vocabulary_size
    model = build_translator(folder.config().model, size, size)
    model.load_weights(folder.weights)
    pieces = [piece.decode() for piece in answers["tokens"][0, 0] if piece]
    names = [piece.decode() for piece in tokenizers.target.pieces(tf.range(size)).numpy()]
    ids = [names.index(piece) for piece in pieces]
    source = tokenizers.source.encode([TEXTS[0]]).to_tensor()
    logits = model((source, tf.constant([[2, *ids[:-1]]])))
    log_probs = tf.gather(tf.nn.log_softmax(logits)[0], ids, batch_dims=1)
    np.testing.assert_allclose(tf.reduce_sum(log_probs), answers["score"][0, 0], atol=1e-4)


def test_the_model_card_says_how_good_it_is_and_how_to_load_it(trained_run):
    card = (trained_run / "1" / "model_card.md").read_text(encoding="utf-8")
    for words in ("import tensorflow_text", "BLEU", "tok:13a", "serving_default", "alignments", "Licence of the data"):
        assert words in card
