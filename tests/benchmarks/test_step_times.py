from benchmarks.step_times import StepTimes


def test_first_steps_are_not_counted():
    times = StepTimes(warm_up=2)
    # Steps of 5, 5, 1 and 1 seconds.
    times.wall, times.cpu = [0.0, 5.0, 10.0, 11.0, 12.0], [0.0, 1.0, 2.0, 2.5, 3.0]
    assert times.answer() == {"step_seconds": 1.0, "step_cpu_seconds": 0.5}
