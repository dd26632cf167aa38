import numpy as np
import pytest

from rnnapps.audio.augmentation import Augmentation, faster, with_noise

RATE = 8000
SPEECH = np.random.default_rng(1).normal(0, 0.05, RATE).astype("float32")
OFF = {"speed": 0.0, "gain": 0.0, "noise": 0.0}


def random(seed=0):
    return np.random.default_rng(seed)


def power(waveform):
    return float(np.mean(np.square(waveform)))


def test_the_same_generator_gives_the_same_variation():
    augmentation = Augmentation(RATE)
    np.testing.assert_array_equal(augmentation(SPEECH, random(5)), augmentation(SPEECH, random(5)))


def test_without_any_variation_the_recording_is_as_it_was():
    np.testing.assert_array_equal(Augmentation(RATE, **OFF)(SPEECH, random()), SPEECH)


def test_a_variation_leaves_the_original_alone():
    before = SPEECH.copy()
    Augmentation(RATE, noise=1.0)(SPEECH, random())
    np.testing.assert_array_equal(SPEECH, before)


def test_a_tone_played_faster_is_shorter_and_higher():
    # 400 Hz for one second, 1.25 times as fast: 500 Hz for 0.8 seconds.
    tone = np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE).astype("float32")
    quick = faster(tone, 1.25, RATE)
    assert len(quick) == 6400
    expected = np.sin(2 * np.pi * 500 * np.arange(6400) / RATE)
    np.testing.assert_allclose(quick[500:-500], expected[500:-500], atol=1e-3)


def test_speed_stays_within_its_bounds():
    augmentation = Augmentation(RATE, **OFF | {"speed": 0.2})
    lengths = [len(augmentation(SPEECH, random(seed))) for seed in range(50)]
    assert RATE / 1.2 - 1 <= min(lengths) < RATE < max(lengths) <= RATE / 0.8 + 1


@pytest.mark.parametrize("kind", ["white", "pink", "bands", "bursts", "babble", "recorded"])
def test_noise_stands_below_the_recording_by_the_asked_ratio(kind):
    others = [np.random.default_rng(seed).normal(0, 0.2, 3000).astype("float32") for seed in range(3)]
    augmentation = Augmentation(
        RATE, **OFF | {"noise": 1.0}, kinds=(kind,), least_snr=12, most_snr=12, voices=others, noises=others
    )
    added = augmentation(SPEECH, random()) - SPEECH
    assert 10 * np.log10(power(SPEECH) / power(added)) == pytest.approx(12, abs=0.01)


def test_noise_is_scaled_by_the_powers():
    # Powers 4 and 1, 0 dB: the noise is doubled.
    np.testing.assert_allclose(with_noise(np.array([2.0, -2.0]), np.array([1.0, 1.0]), 0.0), [4.0, 0.0])


def test_silence_gets_no_noise():
    np.testing.assert_array_equal(with_noise(np.zeros(9), np.ones(9), 10.0), np.zeros(9))


def test_gain_stays_within_its_bounds():
    augmentation = Augmentation(RATE, **OFF | {"gain": 6.0})
    decibels = [20 * np.log10(augmentation(SPEECH, random(seed))[0] / SPEECH[0]) for seed in range(50)]
    assert -6 <= min(decibels) < -3
    assert 3 < max(decibels) <= 6


def test_gain_does_not_push_samples_out_of_range():
    loud = SPEECH / np.abs(SPEECH).max() * np.float32(0.9)
    augmentation = Augmentation(RATE, **OFF | {"gain": 20.0})
    assert max(np.abs(augmentation(loud, random(seed))).max() for seed in range(20)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("samples", [0, 1])
def test_a_recording_of_next_to_nothing_is_no_error(samples):
    augmentation = Augmentation(RATE, noise=1.0, kinds=("babble", "pink"), voices=[SPEECH, SPEECH[:0]])
    for seed in range(10):
        assert len(augmentation(SPEECH[:samples], random(seed))) <= 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 1.0}, "speed=1.0"),
        ({"gain": -1.0}, "gain=-1.0"),
        ({"noise": 1.5}, "noise=1.5"),
        ({"kinds": ("brown",)}, "'brown' is not one of white, pink, bands, bursts, babble, recorded"),
        ({"kinds": ("babble",)}, "babble needs voices"),
        ({"kinds": ()}, "needs kinds of noise"),
        ({"least_snr": 9.0, "most_snr": 3.0}, "least_snr=9.0 is more than most_snr=3.0"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        Augmentation(RATE, **options)
