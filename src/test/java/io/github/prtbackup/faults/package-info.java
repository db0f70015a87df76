/** What the product does when processes die, the power fails, or the disk does. */
package io.github.prtbackup.faults;
