package io.github.prtbackup.timeline;

/** The points between the steps of a change, in their order, where tests let the process die. */
enum TimelineStep {
    START_BASE_PUBLISHED,
    START_LOG_CREATED,
    START_HEAD_PUBLISHED,
    PART_WRITTEN,
    POINT_WRITTEN,
    ROTATION_SEGMENT_CREATED,
    ROTATION_END_WRITTEN,
    FOLD_LOG_DURABLE,
    FOLD_OLDEST_PUBLISHED,
    FOLD_PAGE_WRITTEN,
    FOLD_BASE_DURABLE,
    FOLD_HEAD_PUBLISHED,
    FOLD_SEGMENT_DELETED
}
