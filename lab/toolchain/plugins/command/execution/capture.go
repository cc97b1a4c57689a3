package execution

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"

	"feedback-loop/lab/toolchain/plugins/command/redact"
)

// Capture keeps what a command prints and shows it, line by line, in Pulumi's progress display.
type Capture struct {
	Stdout, Stderr io.Writer

	stdout, stderr, both bytes.Buffer
	shown                []*lineLogger
}

// NewCapture makes a Capture. logging is one of none, stdout, stderr, stdoutAndStderr (the default).
func NewCapture(ctx context.Context, logging *string) (*Capture, error) {
	mode := "stdoutAndStderr"
	if logging != nil {
		mode = *logging
	}
	c := &Capture{}
	// A command's two streams are copied by two goroutines: one lock keeps `both` in order.
	lock := &sync.Mutex{}
	c.Stdout = lockedWriter{lock, io.MultiWriter(&c.stdout, &c.both)}
	c.Stderr = lockedWriter{lock, io.MultiWriter(&c.stderr, &c.both)}
	switch mode {
	case "none":
	case "stdout":
		c.Stdout = c.show(ctx, c.Stdout)
	case "stderr":
		c.Stderr = c.show(ctx, c.Stderr)
	case "stdoutAndStderr":
		c.Stdout, c.Stderr = c.show(ctx, c.Stdout), c.show(ctx, c.Stderr)
	default:
		return nil, fmt.Errorf("logging is %q; allowed are none, stdout, stderr, stdoutAndStderr", mode)
	}
	return c, nil
}

// Result ends the capture. err is how the command ended; the returned error adds what it printed.
func (c *Capture) Result(err error) (Result, error) {
	for _, logger := range c.shown {
		logger.flush()
	}
	if err != nil {
		return Result{}, fmt.Errorf("the command failed: %w\n%s", err, strings.TrimSpace(c.both.String()))
	}
	return Result{
		Stdout: strings.TrimSuffix(c.stdout.String(), "\n"),
		Stderr: strings.TrimSuffix(c.stderr.String(), "\n"),
	}, nil
}

func (c *Capture) show(ctx context.Context, kept io.Writer) io.Writer {
	logger := &lineLogger{ctx: ctx}
	c.shown = append(c.shown, logger)
	return io.MultiWriter(kept, logger)
}

type lockedWriter struct {
	lock *sync.Mutex
	to   io.Writer
}

func (w lockedWriter) Write(data []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.to.Write(data)
}

// lineLogger passes whole lines to Pulumi's log.
type lineLogger struct {
	ctx  context.Context
	rest bytes.Buffer
}

func (l *lineLogger) Write(data []byte) (int, error) {
	l.rest.Write(data)
	for {
		end := bytes.IndexByte(l.rest.Bytes(), '\n')
		if end < 0 {
			return len(data), nil
		}
		l.log(string(l.rest.Next(end + 1)))
	}
}

func (l *lineLogger) flush() {
	l.log(l.rest.String())
	l.rest.Reset()
}

func (l *lineLogger) log(line string) {
	if line = strings.TrimRight(line, "\r\n"); line != "" {
		p.GetLogger(l.ctx).InfoStatus(redact.Text(l.ctx, line))
	}
}
