/** The timeline of incremental backups: its files, its points and its folds, and which database it belongs to. Internal. */
package io.github.prtbackup.timeline;
