package io.github.prtbackup.observe;

/** Begins events of the JDK Flight Recorder. Loaded only where there is one. Stateless. */
final class FlightRecorder {

    private FlightRecorder() {}

    static FlightEvent begin(Operation.Kind kind) {
        FlightEvent event = switch (kind) {
            case BACKUP -> new FlightEvent.Backup();
            case RESTORE -> new FlightEvent.Restore();
            case CLEANUP -> new FlightEvent.Cleanup();
        };
        event.begin();
        return event;
    }
}
