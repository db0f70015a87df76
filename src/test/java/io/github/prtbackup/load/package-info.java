/** Many processes at once, and what they leave. */
package io.github.prtbackup.load;
