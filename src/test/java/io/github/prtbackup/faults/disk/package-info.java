/** What stands in front of every file operation of the product while faults are tested. */
package io.github.prtbackup.faults.disk;
