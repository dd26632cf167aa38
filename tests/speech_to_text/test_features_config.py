import dataclasses

import pytest

from apps.speech_to_text.config import AugmentConfig, FeaturesConfig, SpeechConfig
from apps.speech_to_text.spec_augment import spec_augment
from rnnapps.audio.features import Features


def test_every_option_is_an_argument_of_the_layer():
    layer = Features(**dataclasses.asdict(FeaturesConfig(rate=8000)))
    defaults = Features(8000).get_config()
    assert {**layer.get_config(), "name": None} == {**defaults, "name": None}


def test_stripes_are_measured_in_the_units_of_the_options():
    # 0.2 s are 20 frames of 10 ms, a quarter of 40 bands is 10, differences are hidden alike.
    config = SpeechConfig(
        features=FeaturesConfig(rate=8000, deltas=1),
        augment=AugmentConfig(time_masks=3, time_mask=0.2, frequency_masks=1, frequency_mask=0.25),
    )
    layer = spec_augment(config, Features(**dataclasses.asdict(config.features)))
    found = (layer.time_masks, layer.time_width, layer.frequency_masks, layer.frequency_width, layer.parts)
    assert found == (3, 20, 1, 10, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 100}, "features.rate: 100 must be a whole number at least 1000"),
        ({"rate": 8000.5}, "features.rate: 8000.5 must be a whole number"),
        ({"kind": "plp"}, "features.kind: 'plp' is not one of log_mel, mfcc"),
        ({"hop": 0.03}, "features.hop: 0.03 must be a number at most 0.025"),
        ({"deltas": 3}, "features.deltas: 3 must be a whole number"),
        ({"rate": 8000, "highest": 5000.0}, "features.highest: 5000.0 must be a number at most 4000.0"),
        ({"lowest": 300.0, "highest": 200.0}, "features.highest: 200.0 must be a number above 300.0"),
        ({"rate": 1000, "hop": 0.0001}, "features.hop: 0.0001 is less than one sample at features.rate 1000"),
        ({"top_db": 0.0}, "features.top_db: 0.0 must be a number above 0"),
        ({"kind": "mfcc", "coefficients": 50}, "features.coefficients: 50 is more than features.bands 40"),
    ],
)
def test_features_that_cannot_be_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        FeaturesConfig(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 1.0}, "augment.speed: 1.0 must be a number at least 0 and below 1"),
        ({"noise": 2.0}, "augment.noise: 2.0 must be a number"),
        ({"least_snr": 20.0, "most_snr": 10.0}, "augment.least_snr: 20.0 must be a number"),
        (
            {"noise_kinds": "white,brown"},
            "augment.noise_kinds: 'brown' is not one of white, pink, bands, bursts, babble",
        ),
        ({"noise_kinds": ""}, "augment.noise_kinds: names none"),
        ({"time_masks": -1}, "augment.time_masks: -1 must be a whole number at least 0"),
    ],
)
def test_variations_that_cannot_be_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        AugmentConfig(**options)


def test_a_folder_alone_is_enough_for_noise():
    assert AugmentConfig(noise_kinds="", noise_path="noises").noise_names == ()
