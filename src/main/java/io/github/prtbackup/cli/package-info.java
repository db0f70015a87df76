/** The command line. Internal; knows the facade only. */
package io.github.prtbackup.cli;
