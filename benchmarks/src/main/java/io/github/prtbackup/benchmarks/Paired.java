package io.github.prtbackup.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Measures contenders against the first of them, on a machine that has other things to do.
 *
 * <p>In each round every contender runs one block of operations, and its time is divided by that of the first one in the
 * same round: what slows the machine down for longer than a round slows both. The order is drawn anew for each round, so
 * that nobody always comes first or after the same one. The median of these ratios is what is quoted. It does not see what
 * happens in less than half of the blocks, a checkpoint for one; the ratio of all time spent does, and sees every
 * disturbance too. The ratio of processor time leaves waiting out, for the disk and for other processes alike.
 */
final class Paired {

    /** One operation, such as a transaction. */
    @FunctionalInterface
    interface Operation {
        void run() throws Exception;
    }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String what;
    private final Map<String, String> common;
    private final int block;
    private final List<Contender> contenders = new ArrayList<>();

    /**
     * Begins a comparison.
     *
     * @param what is done
     * @param common what holds for all contenders
     * @param block how many operations a block has
     */
    Paired(String what, Map<String, String> common, int block) {
        this.what = what;
        this.common = common;
        this.block = block;
    }

    /** Adds a contender; the first one is what the others are divided by. */
    void add(String name, Operation operation) {
        contenders.add(new Contender(name, operation));
    }

    /** Runs the blocks, after half as many that are thrown away. */
    List<Measurement> run(int rounds) throws Exception {
        measure(Math.max(1, rounds / 2));
        measure(rounds);
        List<Measurement> measurements = new ArrayList<>();
        for (Contender contender : contenders) {
            measurements.addAll(describe(contender));
        }
        measurements.forEach(System.out::println);
        return measurements;
    }

    private void measure(int rounds) throws Exception {
        contenders.forEach(contender -> contender.forget(rounds));
        List<Contender> order = new ArrayList<>(contenders);
        Random random = new Random(1);
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (Contender contender : order) {
                contender.run(round, block);
            }
        }
    }

    private List<Measurement> describe(Contender contender) {
        Contender base = contenders.get(0);
        int rounds = contender.time.length;
        double allTime =
                Arrays.stream(contender.time).sum() / Arrays.stream(base.time).sum();
        Map<String, String> of = new LinkedHashMap<>(common);
        of.put("contender", contender.name);
        return List.of(
                Measurement.median(what, of, "ratio", ratios(contender.time, base.time)),
                Measurement.median(what, of, "ratio of processor time", ratios(contender.processor, base.processor)),
                Measurement.exact(what, of, "ratio of all time", allTime),
                Measurement.median(what, of, "µs", contender.time),
                Measurement.exact(what, of, "bytes allocated", (double) contender.bytes / rounds / block));
    }

    private static double[] ratios(double[] of, double[] to) {
        return IntStream.range(0, of.length).mapToDouble(i -> of[i] / to[i]).toArray();
    }

    /** One of those that are compared, and what an operation took in each round, in microseconds. */
    private static final class Contender {
        final String name;
        final Operation operation;
        double[] time;
        double[] processor;
        long bytes;

        Contender(String name, Operation operation) {
            this.name = name;
            this.operation = operation;
        }

        void forget(int rounds) {
            time = new double[rounds];
            processor = new double[rounds];
            bytes = 0;
        }

        void run(int round, int block) throws Exception {
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long used = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            for (int i = 0; i < block; i++) {
                operation.run();
            }
            time[round] = (System.nanoTime() - start) / 1e3 / block;
            processor[round] = (THREADS.getCurrentThreadCpuTime() - used) / 1e3 / block;
            bytes += THREADS.getCurrentThreadAllocatedBytes() - allocated;
        }
    }
}
