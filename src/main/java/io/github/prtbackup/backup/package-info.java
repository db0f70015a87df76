/** Taking the state that a write meets. Internal. */
package io.github.prtbackup.backup;
