/** The way back. Internal. */
package io.github.prtbackup.restore;
