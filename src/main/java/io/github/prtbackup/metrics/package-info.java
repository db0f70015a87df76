/** Internal: metrics by Micrometer, which is optional. Nothing here is loaded unless {@code backup.metrics} asks for it. */
package io.github.prtbackup.metrics;
