// Asks the server in this container whether it is well. Words: the milliseconds that may take and
// the port; for a path, the path; for a token, its variable and the folder that may hold it.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := ask(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("usage: milliseconds port [path [variable folder]]")
	}
	limit, err := strconv.Atoi(words[0])
	if err != nil {
		return err
	}
	until := time.Now().Add(time.Duration(limit) * time.Millisecond)
	connection, err := (&net.Dialer{Deadline: until}).Dial("tcp", "127.0.0.1:"+words[1])
	if err != nil || len(words) == 2 {
		return err
	}
	if err := connection.SetDeadline(until); err != nil {
		return err
	}
	lines := []string{"GET " + words[2] + " HTTP/1.1", "Host: 127.0.0.1:" + words[1], "Connection: close"}
	if len(words) > 4 {
		token := os.Getenv(words[3])
		if token == "" {
			text, err := os.ReadFile(words[4] + "/" + words[3])
			if err != nil {
				return err
			}
			token = strings.TrimSpace(string(text))
		}
		lines = append(lines, "Authorization: Bearer "+token)
	}
	if _, err := io.WriteString(connection, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		return err
	}
	answer := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(connection, answer); err != nil {
		return err
	}
	if string(answer[:7]) != "HTTP/1." || (answer[9] != '2' && answer[9] != '3') {
		return fmt.Errorf("it answered %q", answer)
	}
	return nil
}
