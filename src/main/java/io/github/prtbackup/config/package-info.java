/** Every setting, declared once: parsing, help and documentation follow from it. Internal. */
package io.github.prtbackup.config;
