// Listener wrapper `connections`: so many at once over all listeners that have it, and no more. Browsers keep connections for
// minutes, for what they may want next: when there is no room, the one that was idle for longest makes some.
package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/caddyserver/caddy/v2"
)

const (
	// Measured: an idle one with TLS costs 14 kB, and 40 kB while its request waits for its turn.
	mostConnections = 300
	// One that is idle for less is likely to be used again.
	shortestIdle = time.Second
	// By then one more may have been idle for long enough.
	enterAgain = 100 * time.Millisecond
)

var room = connectionRoom{open: map[ends]*countedConn{}, changed: make(chan struct{}, 1)}

type connections struct{}

func init() { caddy.RegisterModule(connections{}) }

func (connections) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.listeners.connections", New: func() caddy.Module { return new(connections) }}
}

func (connections) WrapListener(inner net.Listener) net.Listener {
	return &countedListener{Listener: inner, closed: make(chan struct{})}
}

type countedListener struct {
	net.Listener
	closed chan struct{}
	once   sync.Once
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	counted := &countedConn{Conn: conn}
	for !room.enter(counted) {
		select {
		case <-room.changed:
		case <-time.After(enterAgain):
		case <-l.closed:
			conn.Close()
			return nil, net.ErrClosed
		}
	}
	return counted, nil
}

func (l *countedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type connectionRoom struct {
	mu   sync.Mutex
	open map[ends]*countedConn
	// Has something when it is worth trying to enter again.
	changed chan struct{}
}

// What tells a connection from all others, also where TLS is wrapped around it.
type ends struct{ local, remote string }

func endsOf(conn net.Conn) ends {
	return ends{local: conn.LocalAddr().String(), remote: conn.RemoteAddr().String()}
}

// Whether there is room for it now. If not, one that is idle is asked to make some.
func (r *connectionRoom) enter(conn *countedConn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) >= mostConnections {
		if idle := r.longestIdle(); idle != nil {
			idle.askToLeave()
		}
		return false
	}
	r.open[endsOf(conn)] = conn
	return true
}

func (r *connectionRoom) leave(conn *countedConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// By then the same ends may be those of a new one.
	if r.open[endsOf(conn)] == conn {
		delete(r.open, endsOf(conn))
	}
	r.tell()
}

func (r *connectionRoom) tell() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *connectionRoom) longestIdle() *countedConn {
	var found *countedConn
	oldest := time.Now().Add(-shortestIdle)
	for _, conn := range r.open {
		if since, idle := conn.idle(); idle && since.Before(oldest) {
			found, oldest = conn, since
		}
	}
	return found
}

// A server's word about its connections. Those that are new, too, aren't idle: their first request is under way, or late.
func (r *connectionRoom) noteState(conn net.Conn, state http.ConnState) {
	r.mu.Lock()
	counted, ok := r.open[endsOf(conn)]
	r.mu.Unlock()
	if !ok {
		return
	}
	if state == http.StateIdle {
		counted.setIdleSince(time.Now())
	} else {
		counted.setIdleSince(time.Time{})
	}
}

// Leaves when it is asked to, unless its next request has come. Its own reader sees to that: while there are many at once
// a request may be anywhere between the kernel and the server, and nobody else can tell.
type countedConn struct {
	net.Conn

	mu sync.Mutex
	// Zero while it isn't idle.
	idleSince time.Time
	// The reader is woken by a deadline, and the server's own waits meanwhile.
	asked    bool
	deadline time.Time
}

func (c *countedConn) idle() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.idleSince, !c.idleSince.IsZero() && !c.asked
}

func (c *countedConn) setIdleSince(since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idleSince = since
}

func (c *countedConn) askToLeave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.idleSince.IsZero() {
		return
	}
	c.asked = true
	c.Conn.SetReadDeadline(time.Unix(1, 0))
}

func (c *countedConn) isAsked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

func (c *countedConn) stay() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idleSince = time.Time{}
	if c.asked {
		c.asked = false
		c.Conn.SetReadDeadline(c.deadline)
		room.tell()
	}
}

func (c *countedConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	for n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && c.isAsked() {
		if !c.bytesWait() {
			return 0, io.EOF
		}
		c.stay()
		n, err = c.Conn.Read(into)
	}
	if n > 0 {
		// The server calls it active once all headers are there; somebody waits for an answer since their first byte.
		c.stay()
	}
	return n, err
}

// Whether there is something to read in the kernel.
func (c *countedConn) bytesWait() bool {
	socket, ok := c.Conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = raw.Control(func(fd uintptr) {
		n, _, _ = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return err == nil && n > 0
}

func (c *countedConn) SetReadDeadline(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = deadline
	if c.asked {
		return nil
	}
	return c.Conn.SetReadDeadline(deadline)
}

func (c *countedConn) SetDeadline(deadline time.Time) error {
	return errors.Join(c.SetReadDeadline(deadline), c.SetWriteDeadline(deadline))
}

func (c *countedConn) Close() error {
	room.leave(c)
	return c.Conn.Close()
}

// The server closes its own half first, where a client may still be reading its answer.
func (c *countedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
