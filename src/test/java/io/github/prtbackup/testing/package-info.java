/** What several tests need. */
package io.github.prtbackup.testing;
