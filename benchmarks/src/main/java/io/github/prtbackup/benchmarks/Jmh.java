package io.github.prtbackup.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks of a class round after round, each with a JVM per variant, so that drift hits all alike. */
final class Jmh {

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private final Class<?> benchmarks;
    private final Map<String, List<String>> parameters = new LinkedHashMap<>();

    Jmh(Class<?> benchmarks) {
        this.benchmarks = benchmarks;
    }

    Jmh with(String parameter, List<?> values) {
        parameters.put(parameter, values.stream().map(Object::toString).toList());
        return this;
    }

    /** The medians over all iterations of all rounds: the time, and what was allocated. */
    List<Measurement> run(int rounds) throws RunnerException {
        Map<String, List<RunResult>> results = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (RunResult result : new Runner(options().build()).run()) {
                results.computeIfAbsent(result.getParams().id(), id -> new ArrayList<>())
                        .add(result);
            }
        }
        return results.values().stream().flatMap(Jmh::measurements).toList();
    }

    private ChainedOptionsBuilder options() {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + benchmarks.getSimpleName() + "\\.")
                .addProfiler(GCProfiler.class)
                .forks(1);
        parameters.forEach((name, values) -> options.param(name, values.toArray(new String[0])));
        return options;
    }

    private static Stream<Measurement> measurements(List<RunResult> rounds) {
        BenchmarkParams params = rounds.get(0).getParams();
        String what = params.getBenchmark().substring(params.getBenchmark().lastIndexOf('.') + 1);
        Map<String, String> of = new LinkedHashMap<>();
        params.getParamsKeys().forEach(key -> of.put(key, params.getParam(key)));
        String unit = rounds.get(0)
                .getPrimaryResult()
                .getScoreUnit()
                .replace("us", "µs")
                .replace("/op", "");
        return Stream.of(
                Measurement.median(
                        what,
                        of,
                        unit,
                        samples(rounds, it -> it.getPrimaryResult().getScore())),
                Measurement.median(
                        what,
                        of,
                        "bytes allocated",
                        samples(
                                rounds,
                                it -> it.getSecondaryResults().get(ALLOCATION).getScore())));
    }

    private static double[] samples(List<RunResult> rounds, ToDoubleFunction<IterationResult> value) {
        return rounds.stream()
                .flatMap(round -> round.getBenchmarkResults().stream())
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(value)
                .toArray();
    }
}
