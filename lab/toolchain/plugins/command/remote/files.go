package remote

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
)

// remoteFiles writes to the file system of the server.
type remoteFiles struct{ client *sftp.Client }

// copyTree copies a file or a directory, overwriting files that are there.
//
//	source | to is a directory | to is absent | to is a file
//	file   | to/file           | to           | to, overwritten
//	dir    | to/dir            | to/dir       | error
//	dir/   | into to           | into to      | error
func (r remoteFiles) copyTree(source, to string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	existing, err := r.stat(to)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if existing != nil && existing.IsDir() {
			to = path.Join(to, filepath.Base(source))
		}
		return r.copyFile(source, to)
	}
	if existing != nil && !existing.IsDir() {
		return fmt.Errorf("remotePath %s is a file; the directory %s can't replace it", to, source)
	}
	if !strings.HasSuffix(source, "/") {
		to = path.Join(to, filepath.Base(source))
	}
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return r.client.MkdirAll(path.Join(to, name))
		}
		return r.copyFile(filepath.Join(source, name), path.Join(to, name))
	})
}

func (r remoteFiles) copyFile(source, to string) error {
	file, err := os.Open(source)
	if err != nil {
		return err
	}
	defer file.Close()
	return r.write(to, file)
}

func (r remoteFiles) writeText(to, text string) error {
	existing, err := r.stat(to)
	if err != nil {
		return err
	}
	if existing != nil && existing.IsDir() {
		return fmt.Errorf("remotePath %s is a directory; a StringAsset needs the path of a file", to)
	}
	return r.write(to, strings.NewReader(text))
}

func (r remoteFiles) write(to string, content io.Reader) error {
	if err := r.client.MkdirAll(path.Dir(to)); err != nil {
		return fmt.Errorf("the remote directory %s can't be made: %w", path.Dir(to), err)
	}
	file, err := r.client.Create(to)
	if err != nil {
		return fmt.Errorf("the remote file %s can't be written: %w", to, err)
	}
	_, err = io.Copy(file, content)
	// The server may report a full disk only when the file is closed.
	return errors.Join(err, file.Close())
}

// stat is nil if there is nothing at the path.
func (r remoteFiles) stat(name string) (fs.FileInfo, error) {
	info, err := r.client.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return info, err
}
