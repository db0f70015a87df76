package io.github.prtbackup.faults;

import io.github.prtbackup.faults.disk.Disk;
import io.github.prtbackup.faults.disk.WatchedFile;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.reflect.Modifier;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.sqlite.core.DB;

/**
 * Loads the classes of the product a second time, with {@link Disk} in the place of the file operations that they call. So
 * the product needs no seam, and pays for none; and no operation can be forgotten, because a new one that is neither
 * replaced nor known to be harmless does not load.
 *
 * <p>Segments of the log are short there, so that a short life has many.
 */
final class WatchedClasses extends ClassLoader {
    private static final int POINTS_IN_SEGMENT = 7;
    private static final String PRODUCT = "io.github.prtbackup.";
    private static final String DISK = PRODUCT + "faults.disk.";
    private static final String DISK_NAME = Type.getInternalName(Disk.class);
    private static final String PACKAGE = "io/github/prtbackup/";

    /** Where all calls are looked at; elsewhere the product opens no files of its own. */
    private static final Set<String> WATCHED = Set.of("files", "timeline", "catalog", "backup", "restore");

    private static final Set<String> OWNERS =
            Set.of(name(Files.class), name(FileChannel.class), name(FileDescriptor.class), name(FileInputStream.class));

    /** Those that cannot fail, change nothing, or only close. */
    private static final Set<String> HARMLESS = Set.of(
            "exists",
            "isDirectory",
            "isRegularFile",
            "isSameFile",
            "isReadable",
            "isWritable",
            "notExists",
            "readSymbolicLink",
            "size",
            "position",
            "close",
            "isOpen",
            "tryLock",
            "map",
            "<init>");

    private static final Set<String> REPLACED = Arrays.stream(Disk.class.getMethods())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
            .collect(Collectors.toCollection(TreeSet::new));

    private WatchedClasses() {
        super(WatchedClasses.class.getClassLoader());
    }

    /** A class, with all that it uses of the product loaded anew. Its parameters and results are classes of the JDK. */
    static Class<?> load(Class<?> type) {
        try {
            return new WatchedClasses().loadClass(type.getName());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PRODUCT) || name.startsWith(DISK)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes;
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
        if (WATCHED.contains(name.substring(PRODUCT.length()).split("\\.", -1)[0])) {
            bytes = rewritten(bytes);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private static byte[] rewritten(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
                        return new Calls(next, reader.getClassName(), name);
                    }
                },
                0);
        return writer.toByteArray();
    }

    private static String name(Class<?> type) {
        return Type.getInternalName(type);
    }

    /** Replaces the calls in one method. */
    private static final class Calls extends MethodVisitor {
        private final String className;
        private final String methodName;

        Calls(MethodVisitor next, String className, String methodName) {
            super(Opcodes.ASM9, next);
            this.className = className;
            this.methodName = methodName;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            if (className.equals(PACKAGE + "files/LockFile") && methodName.equals("isReplaced")) {
                super.visitVarInsn(Opcodes.ALOAD, 0);
                super.visitFieldInsn(Opcodes.GETFIELD, className, "path", "Ljava/nio/file/Path;");
                // Behind this and a long.
                super.visitVarInsn(Opcodes.LLOAD, 3);
                super.visitMethodInsn(Opcodes.INVOKESTATIC, DISK_NAME, "counter", "(Ljava/nio/file/Path;J)V", false);
            }
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            boolean isFile = opcode == Opcodes.NEW && type.equals(name(RandomAccessFile.class));
            super.visitTypeInsn(opcode, isFile ? name(WatchedFile.class) : type);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (owner.equals(name(RandomAccessFile.class)) && name.equals("<init>")) {
                super.visitMethodInsn(opcode, name(WatchedFile.class), name, descriptor, isInterface);
            } else if (owner.equals(PACKAGE + "timeline/Timeline") && name.equals("<init>")) {
                super.visitInsn(Opcodes.POP);
                super.visitIntInsn(Opcodes.BIPUSH, POINTS_IN_SEGMENT);
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            } else if (OWNERS.contains(owner) || owner.equals(name(DB.class))) {
                visitCall(opcode, owner, name, descriptor);
            } else {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        }

        private void visitCall(int opcode, String owner, String name, String descriptor) {
            String withReceiver =
                    opcode == Opcodes.INVOKESTATIC ? descriptor : "(L" + owner + ";" + descriptor.substring(1);
            if (isReplaced(name, withReceiver)) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, DISK_NAME, name, withReceiver, false);
                return;
            }
            if (!HARMLESS.contains(name) && !owner.equals(name(DB.class))) {
                throw new IllegalStateException(
                        className + "." + methodName + " calls " + name + descriptor + ", which is not watched");
            }
            super.visitMethodInsn(opcode, owner, name, descriptor, false);
        }

        private static boolean isReplaced(String name, String descriptor) {
            String parameters = Arrays.stream(Type.getArgumentTypes(descriptor))
                    .map(type -> type.getSort() == Type.OBJECT || type.getSort() == Type.ARRAY
                            ? describe(type)
                            : type.getClassName())
                    .collect(Collectors.joining(", ", "[", "]"));
            return REPLACED.contains(name + parameters);
        }

        /** As {@link Class#toString} does. */
        private static String describe(Type type) {
            try {
                return Class.forName(
                                type.getSort() == Type.ARRAY
                                        ? type.getDescriptor().replace('/', '.')
                                        : type.getClassName(),
                                false,
                                WatchedClasses.class.getClassLoader())
                        .toString();
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            for (Object argument : arguments) {
                if (argument instanceof Handle handle
                        && OWNERS.contains(handle.getOwner())
                        && !HARMLESS.contains(handle.getName())) {
                    throw new IllegalStateException(className + "." + methodName + " refers to " + handle
                            + ", which is not watched: write a lambda expression");
                }
            }
            super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
        }
    }
}
