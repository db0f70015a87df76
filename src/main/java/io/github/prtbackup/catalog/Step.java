package io.github.prtbackup.catalog;

/** The points between the steps of a change, in their order, where tests let the process die. */
enum Step {
    DATA_SEALED,
    DATA_PUBLISHED,
    METADATA_SEALED,
    ID_RAISED,
    METADATA_REPLACED,
    DIRECTORY_SYNCED,
    EXPIRED_DELETED,
    COPY_REPLACED,
    SET_ASIDE
}
