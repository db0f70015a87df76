package io.github.prtbackup.diff;

import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/** The names of a table's columns, in which one is found at once also where there are 2000 of them. Immutable. */
final class ColumnNames extends AbstractList<String> implements RandomAccess {
    private final List<String> names;
    private final Map<String, Integer> places = new HashMap<>();

    ColumnNames(List<String> names) {
        this.names = List.copyOf(names);
        for (int i = 0; i < this.names.size(); i++) {
            places.put(this.names.get(i), i);
        }
    }

    @Override
    public String get(int index) {
        return names.get(index);
    }

    @Override
    public int size() {
        return names.size();
    }

    @Override
    public int indexOf(Object name) {
        return places.getOrDefault(name, -1);
    }

    @Override
    public boolean contains(Object name) {
        return places.containsKey(name);
    }
}
