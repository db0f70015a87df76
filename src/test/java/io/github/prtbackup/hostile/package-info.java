/** Files, names, URLs and statements as nobody sane would make them. */
package io.github.prtbackup.hostile;
