from pathlib import Path

from setuptools import find_packages, setup

# tensorflow-text is built for one minor version of TensorFlow, so the two ranges move together.
TRANSLATION = ["tensorflow-text>=2.21,<2.22", "sentencepiece>=0.2", "sacrebleu>=2.4", "matplotlib>=3.8"]
SPEECH = ["librosa>=0.10", "soundfile>=0.12", "jiwer>=4", "sentencepiece>=0.2", "matplotlib>=3.8"]
STOCKS = ["pandas>=2.1", "matplotlib>=3.8", "statsmodels>=0.14", "bokeh-sampledata>=2024.2"]
# KerasTuner imports tensorboard, which TensorFlow no longer brings.
TUNING = ["keras-tuner[bayesian]>=1.4.8", "tensorboard", "matplotlib>=3.8"]
SERVING = ["fastapi>=0.115", "uvicorn>=0.30", "h11>=0.14"]
# Every training ends with a report, and tensorboard writes its logs where they are asked for.
REPORT = ["jinja2>=3.1", "tensorboard"]
COMMAND_LINE = ["jsonargparse[signatures]>=4.49"]
APPS = sorted({*TRANSLATION, *SPEECH, *STOCKS, *TUNING, *SERVING, *REPORT, *COMMAND_LINE})

packages = find_packages(include=["rnnapps", "rnnapps.*"])
# The folder apps/ is installed under a name that cannot collide with another project's "apps".
app_packages = ["rnnapps_apps"] + [
    package.replace("apps", "rnnapps_apps", 1) for package in find_packages(include=["apps.*"])
]

setup(
    name="rnnapps",
    version="0.1.0",
    description="Recurrent-network layers and applications for Keras 3, from raw data to a tested SavedModel",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=packages + app_packages,
    package_dir={"rnnapps": "rnnapps", "rnnapps_apps": "apps"},
    package_data={
        "rnnapps.report": ["*.jinja", "*.css"],
        "rnnapps.serving": ["page/*"],
        "rnnapps_apps.translation": ["page/*", "phrasebook/*.tsv", "phrasebook/*.md", "presets/*.yaml"],
        "rnnapps_apps.speech_to_text": [
            "page/*",
            "digits/prompts/*.wav",
            "digits/*.txt",
            "digits/*.md",
            "presets/*.yaml",
        ],
        "rnnapps_apps.stock_prediction": ["page/*", "presets/*.yaml"],
    },
    install_requires=["tensorflow>=2.21,<2.22", "keras>=3.12,<4"],
    extras_require={
        "translation": TRANSLATION + REPORT + COMMAND_LINE,
        "speech": SPEECH + REPORT + COMMAND_LINE,
        "stocks": STOCKS + REPORT + COMMAND_LINE,
        "tuning": TUNING,
        "serving": SERVING,
        "apps": APPS,
        "dev": [
            *TRANSLATION,
            *SPEECH,
            *STOCKS,
            *TUNING,
            *SERVING,
            *REPORT,
            *COMMAND_LINE,
            "ai-edge-litert>=2.1",
            "httpx>=0.27",
            "hypothesis>=6",
            "playwright>=1.49",
            "pytest>=8",
            "pytest-xdist>=3",
            "ruff>=0.12",
            "schemathesis>=4.0",
            "setuptools>=77",
            "tox>=4",
            "wheel",
        ],
    },
    entry_points={"console_scripts": ["rnnapps=rnnapps_apps.__main__:main"]},
)
