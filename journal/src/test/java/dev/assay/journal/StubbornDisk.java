package dev.assay.journal;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The usual file system, of which writes fail when a test says so: no space is left, or it is read-only. Permission bits would not
 * do, for root may write anyway. Its paths have no {@link java.io.File}: whoever asks for one would go past it.
 */
final class StubbornDisk extends FileSystemProvider {
    private static final FileSystemProvider REAL = FileSystems.getDefault().provider();

    private final FileSystem system = new Seen();
    private long room = Long.MAX_VALUE;
    private boolean readOnly;
    private boolean uncuttable;

    /** So many bytes may be written from now on. */
    void room(long bytes) {
        room = bytes;
    }

    void readOnly(boolean now) {
        readOnly = now;
    }

    /** Files can't be made shorter from now on. */
    void uncuttable() {
        uncuttable = true;
    }

    /** A path of the usual file system on this one. */
    Path path(Path real) {
        return (Path) Proxy.newProxyInstance(
                StubbornDisk.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getFileSystem")) return system;
                    if (method.getName().equals("toFile")) throw new UnsupportedOperationException(real + " as a File");
                    return wrapped(call(method, real, arguments));
                });
    }

    private static Object call(Method method, Path real, Object[] arguments) throws Throwable {
        Object[] plain = arguments == null ? new Object[0] : arguments.clone();
        for (int i = 0; i < plain.length; i++) if (plain[i] instanceof Path p) plain[i] = real(p);
        try {
            return method.invoke(real, plain);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Object wrapped(Object result) {
        if (result instanceof Path p) return path(p);
        if (result instanceof Iterator<?> names)
            return StreamSupport.stream(((Iterable<Object>) () -> cast(names)).spliterator(), false)
                    .map(this::wrapped)
                    .iterator();
        return result;
    }

    @SuppressWarnings("unchecked")
    private static Iterator<Object> cast(Iterator<?> names) {
        return (Iterator<Object>) names;
    }

    private static Path real(Path path) {
        return Proxy.isProxyClass(path.getClass()) ? Path.of(path.toString()) : path;
    }

    private void mayWrite(Path path) throws IOException {
        if (readOnly) throw new FileSystemException(path.toString(), null, "Read-only file system");
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        if (options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND)) mayWrite(path);
        return new Narrow(REAL.newFileChannel(real(path), options, attributes));
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream<Path> names = REAL.newDirectoryStream(real(folder), p -> filter.accept(path(p)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return StreamSupport.stream(names.spliterator(), false)
                        .map(StubbornDisk.this::path)
                        .iterator();
            }

            @Override
            public void close() throws IOException {
                names.close();
            }
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        if (!java.nio.file.Files.exists(real(folder))) mayWrite(folder);
        REAL.createDirectory(real(folder), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
        mayWrite(path);
        REAL.delete(real(path));
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) throws IOException {
        mayWrite(to);
        REAL.copy(real(from), real(to), options);
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        mayWrite(to);
        REAL.move(real(from), real(to), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return REAL.isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return REAL.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return REAL.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        if (List.of(modes).contains(AccessMode.WRITE)) mayWrite(path);
        REAL.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return REAL.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return REAL.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return REAL.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        mayWrite(path);
        REAL.setAttribute(real(path), attribute, value, options);
    }

    @Override
    public String getScheme() {
        return "stubborn";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return system;
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    /** What the paths say that they are of. */
    private final class Seen extends FileSystem {
        @Override
        public FileSystemProvider provider() {
            return StubbornDisk.this;
        }

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return readOnly;
        }

        @Override
        public String getSeparator() {
            return FileSystems.getDefault().getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return List.of(path(Path.of("/")));
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return FileSystems.getDefault().getFileStores();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return FileSystems.getDefault().supportedFileAttributeViews();
        }

        @Override
        public Path getPath(String first, String... more) {
            return path(Path.of(first, more));
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }

    /** A file that takes the start of what does not fit. */
    private final class Narrow extends FileChannel {
        private final FileChannel file;

        Narrow(FileChannel file) {
            this.file = file;
        }

        private ByteBuffer fitting(ByteBuffer bytes) throws IOException {
            if (room <= 0 && bytes.hasRemaining()) throw new IOException("No space left on device");
            int fits = (int) Math.min(room, bytes.remaining());
            room -= fits;
            ByteBuffer part = bytes.slice(bytes.position(), fits);
            bytes.position(bytes.position() + fits);
            return part;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return file.write(fitting(bytes));
        }

        @Override
        public int write(ByteBuffer bytes, long at) throws IOException {
            return file.write(fitting(bytes), at);
        }

        @Override
        public long write(ByteBuffer[] parts, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            if (uncuttable) throw new IOException("Input/output error");
            file.truncate(size);
            return this;
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return file.read(bytes);
        }

        @Override
        public long read(ByteBuffer[] parts, int offset, int length) throws IOException {
            return file.read(parts, offset, length);
        }

        @Override
        public int read(ByteBuffer bytes, long at) throws IOException {
            return file.read(bytes, at);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long to) throws IOException {
            file.position(to);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void force(boolean metadata) throws IOException {
            file.force(metadata);
        }

        @Override
        public long transferTo(long from, long count, WritableByteChannel to) throws IOException {
            return file.transferTo(from, count, to);
        }

        @Override
        public long transferFrom(ReadableByteChannel from, long at, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long from, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long from, long size, boolean shared) throws IOException {
            return file.lock(from, size, shared);
        }

        @Override
        public FileLock tryLock(long from, long size, boolean shared) throws IOException {
            return file.tryLock(from, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
