package io.github.prtbackup.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @TempDir
    Path root;

    @Test
    void excludesThreadsAndProcesses() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        try (ChildJvm first = ChildJvm.start(LockChild.class, root, "count", 150);
                ChildJvm second = ChildJvm.start(LockChild.class, root, "count", 150)) {
            Thread thread = new Thread(() -> {
                try {
                    LockChild.count(lock, 150);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            LockChild.count(lock, 150);
            thread.join();
            assertThat(first.join()).isZero();
            assertThat(second.join()).isZero();
        }
        assertThat(root.resolve("number")).hasContent("600");
        assertThat(nextId(lock)).isEqualTo(601);
    }

    @Test
    void isTheSameForEveryPathToADirectory() throws IOException {
        Path directory = root.resolve("not/there");
        DirectoryLock lock = DirectoryLock.of(directory);
        assertThat(directory).isDirectory();
        Path link = Files.createSymbolicLink(root.resolve("link"), directory);
        assertThat(DirectoryLock.of(link)).isSameAs(lock);
        assertThat(DirectoryLock.of(directory.resolve("../there"))).isSameAs(lock);
    }

    @Test
    void isReentrantAndReleasedAfterAFailure() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        assertThat(lock.<String>hold(() -> lock.hold(() -> "inner"))).isEqualTo("inner");
        assertThatThrownBy(() -> lock.hold(() -> {
                    throw new IOException("failed");
                }))
                .hasMessage("failed");
        try (ChildJvm child = ChildJvm.start(LockChild.class, root, "count", 1)) {
            assertThat(child.join()).isZero();
        }
    }

    @Test
    void refusesTheCounterWithoutTheLock() throws IOException {
        DirectoryLock lock = DirectoryLock.of(root);
        assertThatThrownBy(() -> lock.nextId(() -> 0L)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theCounterNeverGoesBack() throws IOException {
        DirectoryLock lock = DirectoryLock.of(root);
        Path file = root.resolve(DirectoryLock.FILE_NAME);
        assertThat(nextId(lock)).isEqualTo(1);
        raise(lock, 8);
        raise(lock, 5);
        assertThat(nextId(lock)).isEqualTo(8);
        assertThat(file).hasBinaryContent(new byte[] {0, 0, 0, 0, 0, 0, 0, 8});
        Files.delete(file);
        assertThat(nextId(lock)).isEqualTo(8);
        raise(lock, 5);
        assertThat(file).hasBinaryContent(new byte[] {0, 0, 0, 0, 0, 0, 0, 8});
    }

    @Test
    void givesEachIdOnceWhoeverHasTheLock() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        Set<Long> ids = ConcurrentHashMap.newKeySet();
        ids.add(lock.reserveId(Patience.NONE, 1, () -> 1L));
        try (ChildJvm holder = ChildJvm.start(LockChild.class, root, "hold");
                ChildJvm other = ChildJvm.start(LockChild.class, root, "ids", 500)) {
            assertThat(holder.readLine()).isEqualTo("held");
            holder.stop();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                threads.add(new Thread(() -> {
                    for (int n = 0; n < 500; n++) {
                        try {
                            ids.add(lock.reserveId(Patience.NONE, 1, () -> 1L));
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            other.readToEnd().forEach(id -> ids.add(Long.parseLong(id)));
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(ids).hasSize(2001);
        assertThat(nextId(lock)).isEqualTo(2002);
    }

    @Test
    void noMoreIdsAreGivenThanThereAre() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        raise(lock, DirectoryLock.LARGEST_ID);
        assertThat(lock.reserveId(Patience.NONE, 1, () -> 1L)).isEqualTo(DirectoryLock.LARGEST_ID);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> lock.reserveId(Patience.NONE, 1, () -> 1L))
                    .hasMessageContaining("no ids are left");
        }
    }

    @Test
    void waitsNoLongerThanItsPatience() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        Path original = root.resolve("prt.db");
        RangeLock range = lock.range(LockChild.key(original));
        try (ChildJvm holder = ChildJvm.start(LockChild.class, root, "hold");
                ChildJvm folder = ChildJvm.start(LockChild.class, root, "fold", original)) {
            assertThat(holder.readLine()).isEqualTo("held");
            assertThat(folder.readLine()).isEqualTo("held");
            holder.stop();
            folder.stop();
            assertThatThrownBy(() -> lock.hold(() -> 1_000_000, () -> null))
                    .isInstanceOf(HeldByOthersException.class)
                    .hasMessageContaining(DirectoryLock.FILE_NAME);
            assertThatThrownBy(() -> range.shared(Patience.NONE)).isInstanceOf(HeldByOthersException.class);
            assertThatThrownBy(() -> range.exclusive(Patience.NONE)).isInstanceOf(HeldByOthersException.class);
        }
        lock.hold(() -> null);
        range.exclusive(Patience.NONE).close();
    }

    @Test
    void losesNoLockToInterrupts() throws Exception {
        Thread self = Thread.currentThread();
        AtomicBoolean over = new AtomicBoolean();
        Thread interrupter = new Thread(() -> {
            while (!over.get()) {
                self.interrupt();
            }
        });
        interrupter.start();
        try {
            for (int i = 0; i < 200; i++) {
                DirectoryLock lock = DirectoryLock.of(root.resolve("d" + i));
                RangeLock.Lease lease = lock.range(1).tryExclusive();
                assertThat(lock.reserveId(Patience.NONE, 1, () -> 1L)).isEqualTo(1);
                assertThat(nextId(lock)).isEqualTo(2);
                lease.close();
            }
        } finally {
            over.set(true);
            while (interrupter.isAlive()) {
                Thread.onSpinWait();
            }
            boolean unused = Thread.interrupted();
        }
    }

    @Test
    void contentThatIsNotOursIsIgnored() throws IOException {
        DirectoryLock lock = DirectoryLock.of(root);
        raise(lock, 8);
        for (String content : List.of("", "7", "999999999999999999\n", "00000000000000000x\n", "x".repeat(500))) {
            Files.writeString(root.resolve(DirectoryLock.FILE_NAME), content);
            assertThat(nextId(lock)).isEqualTo(8);
        }
    }

    @Test
    void opensAgainWhatWasDeleted() throws Exception {
        Path directory = root.resolve("backups");
        DirectoryLock lock = DirectoryLock.of(directory);
        lock.hold(() -> null);
        Files.delete(directory.resolve(DirectoryLock.FILE_NAME));
        Files.delete(directory);
        try (ChildJvm child = ChildJvm.start(LockChild.class, directory, "hold")) {
            assertThat(child.readLine()).isEqualTo("held");
            CountDownLatch entered = new CountDownLatch(1);
            Thread thread = new Thread(() -> {
                try {
                    lock.hold(() -> {
                        entered.countDown();
                        return null;
                    });
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            assertThat(entered.await(200, TimeUnit.MILLISECONDS)).isFalse();
            child.kill();
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            thread.join();
        }
    }

    @Test
    void waitsThroughInterrupts() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        try (ChildJvm child = ChildJvm.start(LockChild.class, root, "hold")) {
            assertThat(child.readLine()).isEqualTo("held");
            AtomicBoolean stillInterrupted = new AtomicBoolean();
            Thread thread = new Thread(() -> {
                try {
                    lock.hold(() -> null);
                    stillInterrupted.set(Thread.currentThread().isInterrupted());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            Thread.sleep(50);
            thread.interrupt();
            Thread.sleep(50);
            assertThat(thread.isAlive()).isTrue();
            child.kill();
            thread.join(10_000);
            assertThat(stillInterrupted).isTrue();
        }
        lock.hold(() -> null);
    }

    @Test
    void removesOnlyWhatTheDeadLeft() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        try (PendingFile own = PendingFile.create(lock);
                ChildJvm living = ChildJvm.start(LockChild.class, root, "live");
                ChildJvm dying = ChildJvm.start(LockChild.class, root, "live")) {
            Path alive = Path.of(living.readLine());
            Path dead = Path.of(dying.readLine());
            Path foreign = Files.writeString(root.resolve(".tmp-ffffffff-1"), "none of ours");
            Files.createDirectories(root.resolve(".tmp-00000001-directory/inner"));
            dying.kill();
            Files.writeString(dead.resolveSibling(dead.getFileName() + "-journal"), "");
            assertThat(lock.hold(() -> lock.removeAbandoned(lock.fileNames()))).hasSize(2);
            assertThat(dead).doesNotExist();
            assertThat(alive).exists();
            assertThat(own.path()).exists();
            assertThat(foreign).exists();
        }
    }

    @Test
    void excludesAnotherClassLoaderOfTheSameProcess() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        URL classes = DirectoryLock.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, null);
                PendingFile own = PendingFile.create(lock)) {
            Class<?> otherLock = loader.loadClass(DirectoryLock.class.getName());
            Class<?> otherCallable = loader.loadClass(IOCallable.class.getName());
            Object other = otherLock.getMethod("of", Path.class).invoke(null, root);
            List<String> order = new ArrayList<>();
            Object work =
                    java.lang.reflect.Proxy.newProxyInstance(loader, new Class<?>[] {otherCallable}, (p, m, a) -> {
                        order.add("other");
                        return otherLock
                                .getMethod("removeAbandoned", Collection.class)
                                .invoke(other, otherLock.getMethod("fileNames").invoke(other));
                    });
            Thread thread = new Thread(() -> {
                try {
                    otherLock.getMethod("hold", otherCallable).invoke(other, work);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            });
            lock.hold(() -> {
                thread.start();
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                order.add("this");
                return null;
            });
            thread.join(10_000);
            assertThat(order).containsExactly("this", "other");
            assertThat(own.path()).exists();
        }
    }

    /** What this process has open of lock files. */
    private List<String> open() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .flatMap(descriptor -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(descriptor).toString());
                        } catch (IOException e) {
                            return Stream.empty();
                        }
                    })
                    .filter(path -> path.startsWith(root + "/") && path.contains(DirectoryLock.FILE_NAME))
                    .toList();
        }
    }

    private void waitUntilClosed() throws Exception {
        for (int i = 0; i < 600 && !open().isEmpty(); i++) {
            DirectoryLock.closeAll();
            Thread.sleep(50);
        }
        assertThat(open()).isEmpty();
    }

    @EnabledOnOs(OS.LINUX)
    @Test
    void theFileIsOpenAsLongAsItIsUsed() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        for (int i = 0; i < 2; i++) {
            try (Closeable use = lock.use()) {
                assertThat(use).isNotNull();
                lock.hold(() -> null);
                DirectoryLock.closeAll();
                assertThat(open()).hasSize(1);
            }
            waitUntilClosed();
        }
        lock.hold(() -> {
            DirectoryLock.closeAll();
            assertThat(open()).hasSize(1);
            return null;
        });
        waitUntilClosed();
        try (Closeable turn = lock.tryTurn(7).orElseThrow()) {
            DirectoryLock.closeAll();
            assertThat(open()).hasSize(1);
            assertThat(lock.tryTurn(7)).isEmpty();
            assertThat(turn).isNotNull();
        }
        waitUntilClosed();
    }

    @EnabledOnOs(OS.LINUX)
    @Test
    void theFileIsOpenAsLongAsThereIsATemporaryFile() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        PendingFile published = PendingFile.create(lock);
        try (PendingFile pending = PendingFile.create(lock)) {
            published.write(new byte[1]);
            published.seal(root);
            lock.hold(() -> {
                published.publish("x");
                return null;
            });
            DirectoryLock.closeAll();
            try (ChildJvm other = ChildJvm.start(LockChild.class, root, "clean")) {
                assertThat(other.readLine()).isEqualTo("[]");
            }
            assertThat(pending.path()).exists();
        }
        waitUntilClosed();
        published.close();
        waitUntilClosed();
    }

    @Test
    void idsGoOnWhenTheFileWasClosed() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        for (long id = 1; id < 5; id++) {
            assertThat(lock.reserveId(Patience.NONE, 1, () -> 1L)).isEqualTo(id);
            DirectoryLock.closeAll();
        }
    }

    /** Closing the file would drop the locks that the other one has in it. */
    @EnabledOnOs(OS.LINUX)
    @Test
    void anotherClassLoaderOfTheSameProcessKeepsItsLocks() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        URL classes = DirectoryLock.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, null)) {
            Class<?> otherLock = loader.loadClass(DirectoryLock.class.getName());
            Object other = otherLock.getMethod("of", Path.class).invoke(null, root);
            Closeable turn = ((Optional<?>)
                            otherLock.getMethod("tryTurn", int.class).invoke(other, 7))
                    .map(Closeable.class::cast)
                    .orElseThrow();
            lock.hold(() -> null);
            DirectoryLock.closeAll();
            try (ChildJvm child = ChildJvm.start(LockChild.class, root, "turn")) {
                assertThat(child.readLine()).isEqualTo("false");
            }
            turn.close();
            otherLock.getMethod("closeAll").invoke(null);
            waitUntilClosed();
            try (ChildJvm child = ChildJvm.start(LockChild.class, root, "turn")) {
                assertThat(child.readLine()).isEqualTo("true");
            }
        }
    }

    /** The file is closed again and again between the work of threads and of a process. */
    @Test
    void excludesWhileTheFileIsClosedAllTheTime() throws Exception {
        DirectoryLock lock = DirectoryLock.of(root);
        AtomicBoolean isOver = new AtomicBoolean();
        Thread closing = new Thread(() -> {
            while (!isOver.get()) {
                DirectoryLock.closeAll();
            }
        });
        closing.start();
        try (ChildJvm child = ChildJvm.start(LockChild.class, root, "count", 300)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        LockChild.count(lock, 300);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(child.join()).isZero();
        } finally {
            isOver.set(true);
            closing.join();
        }
        assertThat(root.resolve("number")).hasContent("900");
        assertThat(nextId(lock)).isEqualTo(901);
    }

    @Test
    void doesNotFollowALockFileThatIsALink() throws IOException {
        Path outside = Files.writeString(root.resolve("precious"), "precious");
        Path directory = Files.createDirectory(root.resolve("backups"));
        Files.createSymbolicLink(directory.resolve(DirectoryLock.FILE_NAME), outside);
        DirectoryLock lock = DirectoryLock.of(directory);
        assertThatThrownBy(() -> lock.hold(() -> null))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(directory.toRealPath().toString());
        assertThat(outside).hasContent("precious");
    }

    @Test
    void whoeverMayWriteToTheDirectoryMayLockIt() throws IOException {
        Path directory = Files.createDirectory(root.resolve("backups"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
        DirectoryLock.of(directory).hold(() -> null);
        assertThat(Files.getPosixFilePermissions(directory.resolve(DirectoryLock.FILE_NAME)))
                .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
    }

    private static long nextId(DirectoryLock lock) throws IOException {
        return lock.hold(() -> lock.nextId(() -> 0L));
    }

    private static void raise(DirectoryLock lock, long next) throws IOException {
        lock.hold(() -> {
            lock.raiseNextId(next, () -> 0L);
            return null;
        });
    }
}
