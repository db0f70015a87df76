package io.github.prtbackup.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Measures contenders against the first of them, on a machine that has other things to do.
 *
 * <p>In each round every contender runs one block of operations, and its time is divided by that of the first one in the
 * same round: what slows the machine down for longer than a round slows both. The order is drawn anew for each round, so
 * that nobody always comes first or after the same one. The median of these ratios is what is quoted. It does not see what
 * happens in less than half of the blocks, a checkpoint for one; the ratio of all time spent does, and sees every
 * disturbance too. The ratio of processor time leaves waiting out, for the disk and for other processes alike.
 *
 * <p>Two connections that do the same differ by a few percent for as long as they live, by where their memory lies. So all
 * contenders are opened anew several times, and the interval spans the medians of these openings.
 */
final class Paired {

    /** One operation, such as a transaction, on resources of its own. */
    interface Operation extends Closing.Resource {
        void run() throws IOException, SQLException;

        /** Called once, when all contenders are open: opening the others may have displaced what this one had read. */
        default void warm() throws SQLException {
            // Most have everything in memory.
        }
    }

    /** Opens what an operation needs. */
    @FunctionalInterface
    interface Opener {
        Operation open() throws IOException, SQLException;
    }

    private static final int OPENINGS = 5;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String what;
    private final Map<String, String> common;
    private final int block;
    private final List<Contender> contenders = new ArrayList<>();
    private final Random random = new Random(1);

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
    void add(String name, Opener opener) {
        contenders.add(new Contender(name, opener));
    }

    /** Runs the blocks; in each opening half as many come first that are thrown away. */
    List<Measurement> run(int rounds) throws IOException, SQLException {
        int each = Math.max(2, rounds / OPENINGS);
        for (int opening = 0; opening < OPENINGS; opening++) {
            try (Closing open = new Closing()) {
                for (Contender contender : contenders) {
                    contender.operation = open.add(contender.opener.open());
                }
                for (Contender contender : contenders) {
                    contender.operation.warm();
                }
                blocks(each / 2);
                contenders.forEach(contender -> contender.blocks.clear());
                blocks(each);
                contenders.forEach(contender -> contender.openings.add(List.copyOf(contender.blocks)));
                contenders.forEach(contender -> contender.blocks.clear());
            }
        }
        List<Measurement> measurements =
                contenders.stream().flatMap(it -> describe(it).stream()).toList();
        measurements.forEach(System.out::println);
        return measurements;
    }

    private void blocks(int rounds) throws IOException, SQLException {
        List<Contender> order = new ArrayList<>(contenders);
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (Contender contender : order) {
                contender.blocks.add(run(contender.operation));
            }
        }
    }

    private Block run(Operation operation) throws IOException, SQLException {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long processor = THREADS.getCurrentThreadCpuTime();
        long time = System.nanoTime();
        for (int i = 0; i < block; i++) {
            operation.run();
        }
        return new Block(
                System.nanoTime() - time,
                THREADS.getCurrentThreadCpuTime() - processor,
                THREADS.getCurrentThreadAllocatedBytes() - bytes);
    }

    private List<Measurement> describe(Contender contender) {
        Contender base = contenders.get(0);
        Map<String, String> of = new LinkedHashMap<>(common);
        of.put("contender", contender.name);
        return List.of(
                Measurement.spread(what, of, "ratio", contender.against(base, Block::time)),
                Measurement.spread(what, of, "ratio of processor time", contender.against(base, Block::processor)),
                Measurement.exact(
                        what, of, "ratio of all time", contender.total(Block::time) / base.total(Block::time)),
                Measurement.spread(what, of, "µs", contender.each(it -> it.time() / 1e3 / block)),
                Measurement.exact(
                        what, of, "bytes allocated", contender.total(Block::bytes) / contender.size() / block));
    }

    /** What a block of operations took: nanoseconds by the clock and of the processor, and bytes of the heap. */
    private record Block(double time, double processor, double bytes) {}

    /** One of those that are compared, with its blocks, opening by opening. */
    private static final class Contender {
        final String name;
        final Opener opener;
        final List<List<Block>> openings = new ArrayList<>();
        final List<Block> blocks = new ArrayList<>();
        Operation operation;

        Contender(String name, Opener opener) {
            this.name = name;
            this.opener = opener;
        }

        List<double[]> each(ToDoubleFunction<Block> value) {
            return openings.stream()
                    .map(opening -> opening.stream().mapToDouble(value).toArray())
                    .toList();
        }

        List<double[]> against(Contender base, ToDoubleFunction<Block> value) {
            List<double[]> ratios = each(value);
            List<double[]> divisors = base.each(value);
            for (int i = 0; i < ratios.size(); i++) {
                for (int j = 0; j < ratios.get(i).length; j++) {
                    ratios.get(i)[j] /= divisors.get(i)[j];
                }
            }
            return ratios;
        }

        double total(ToDoubleFunction<Block> value) {
            return openings.stream().flatMap(List::stream).mapToDouble(value).sum();
        }

        long size() {
            return openings.stream().mapToLong(List::size).sum();
        }
    }
}
