// Package redact keeps secrets out of what the provider says. A failing command may echo what it was
// given by stdin, environment or its own text, and what it prints goes into the error and the progress
// display: so every request's secrets are cut from its errors, check failures and log lines.
package redact

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

const mark = "[secret]"

// shortest and shortestLine are the lengths in bytes from which a secret, or one line of it, is cut:
// cutting "1" or "done" would hide nothing and make messages unreadable.
const (
	shortest     = 3
	shortestLine = 8
)

type contextKey struct{}

// Text cuts the secrets of the request that ctx belongs to out of text.
func Text(ctx context.Context, text string) string {
	if replacer, ok := ctx.Value(contextKey{}).(*strings.Replacer); ok {
		return replacer.Replace(text)
	}
	return text
}

// Wrap makes a provider whose errors, check failures and log lines hold no secret of the request.
func Wrap(inner p.Provider) p.Provider {
	outer := inner
	outer.Invoke = func(ctx context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
		ctx = with(ctx, req.Args)
		resp, err := inner.Invoke(ctx, req)
		resp.Failures = cleanFailures(ctx, resp.Failures)
		return resp, clean(ctx, err)
	}
	outer.Check = func(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
		ctx = with(ctx, req.State, req.Inputs)
		resp, err := inner.Check(ctx, req)
		resp.Failures = cleanFailures(ctx, resp.Failures)
		return resp, clean(ctx, err)
	}
	outer.Diff = func(ctx context.Context, req p.DiffRequest) (p.DiffResponse, error) {
		ctx = with(ctx, req.State, req.OldInputs, req.Inputs)
		resp, err := inner.Diff(ctx, req)
		return resp, clean(ctx, err)
	}
	outer.Create = func(ctx context.Context, req p.CreateRequest) (p.CreateResponse, error) {
		ctx = with(ctx, req.Properties)
		resp, err := inner.Create(ctx, req)
		return resp, clean(ctx, err)
	}
	outer.Read = func(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
		ctx = with(ctx, req.Properties, req.Inputs)
		resp, err := inner.Read(ctx, req)
		return resp, clean(ctx, err)
	}
	outer.Update = func(ctx context.Context, req p.UpdateRequest) (p.UpdateResponse, error) {
		ctx = with(ctx, req.State, req.Inputs)
		resp, err := inner.Update(ctx, req)
		return resp, clean(ctx, err)
	}
	outer.Delete = func(ctx context.Context, req p.DeleteRequest) error {
		ctx = with(ctx, req.Properties, req.OldInputs)
		return clean(ctx, inner.Delete(ctx, req))
	}
	return outer
}

// clean leaves an error without secrets as it is, so that its type survives where it can.
func clean(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if text := Text(ctx, err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

func cleanFailures(ctx context.Context, failures []p.CheckFailure) []p.CheckFailure {
	for i := range failures {
		failures[i].Reason = Text(ctx, failures[i].Reason)
	}
	return failures
}

func with(ctx context.Context, maps ...property.Map) context.Context {
	var secrets []string
	for _, m := range maps {
		secrets = append(secrets, inMap(m, false)...)
	}
	// A secret may hold another one (a script with a password in it): the longest goes first.
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, secret := range slices.Compact(secrets) {
		pairs = append(pairs, secret, mark)
	}
	return context.WithValue(ctx, contextKey{}, strings.NewReplacer(pairs...))
}

func inMap(m property.Map, secret bool) []string {
	var found []string
	for name, value := range m.All {
		if name == "connection" {
			found = append(found, inConnection(value)...)
			continue
		}
		found = append(found, inValue(value, secret)...)
	}
	return found
}

func inValue(value property.Value, secret bool) []string {
	secret = secret || value.Secret()
	switch {
	case value.IsMap():
		return inMap(value.AsMap(), secret)
	case value.IsArray():
		var found []string
		for _, element := range value.AsArray().All {
			found = append(found, inValue(element, secret)...)
		}
		return found
	case secret && value.IsString():
		return forms(value.AsString())
	case secret && value.IsNumber():
		return forms(fmt.Sprint(value.AsNumber()))
	}
	return nil
}

// inConnection takes only the credentials: the SDK marks the whole connection as secret, but a message
// about a server that can't be reached must name its address.
func inConnection(connection property.Value) []string {
	if !connection.IsMap() {
		return nil
	}
	var found []string
	for _, name := range []string{"password", "privateKey", "privateKeyPassword"} {
		found = append(found, inValue(connection.AsMap().Get(name), true)...)
	}
	return append(found, inConnection(connection.AsMap().Get("proxy"))...)
}

// forms are the secret itself and its longer lines, since a message may quote a part of it.
func forms(secret string) []string {
	lines := slices.DeleteFunc(strings.Split(secret, "\n"), func(line string) bool {
		return len(strings.TrimSpace(line)) < shortestLine
	})
	if len(strings.TrimSpace(secret)) < shortest {
		return lines
	}
	return append(lines, secret)
}
