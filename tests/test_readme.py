"""What the README promises."""

import re
from pathlib import Path

import numpy as np

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def examples(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_example_of_the_layers_builds_a_model_that_padding_does_not_change():
    names = {}
    exec(examples("python")[0], names)  # our own page
    model = names["model"]
    short, padded = model(np.array([[1, 2, 3]])), model(np.array([[1, 2, 3, 0, 0]]))
    np.testing.assert_allclose(padded[0], short[0], atol=1e-5)
    np.testing.assert_allclose(padded[1][:, :3], short[1], atol=1e-5)


def test_continuous_integration_runs_the_test_command_of_the_readme():
    script = (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- tests -->" in script
    (command,) = re.findall(r"<!-- tests -->\n```bash\n(.*?)\n```", README)
    assert command.endswith(".venv/bin/python -m pytest -n 2 --dist loadfile")
