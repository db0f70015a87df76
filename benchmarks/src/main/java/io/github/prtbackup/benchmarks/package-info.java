/**
 * What the driver costs. {@link io.github.prtbackup.benchmarks.Suite} runs everything; the {@code …Benchmark} classes are
 * for JMH, and the {@code Paired…} classes measure the ratios that are quoted.
 */
package io.github.prtbackup.benchmarks;
