/**
 * What tools that recognise a database by the first words of its URL need to find this driver. Each class is named in a
 * service file of its tool, and is loaded by that tool alone: none of the libraries has to be there.
 *
 * <p>Internal: not an API.
 */
package io.github.prtbackup.integration;
